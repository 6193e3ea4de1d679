import { chmod, chown, lstat, readFile } from "node:fs/promises";
import { EmbeddedPostgresError } from "./errors.ts";
import { isSystemError, run } from "./process.ts";
import { type Account, findAccount } from "./rules.ts";

/** PostgreSQL refuses to run as root: its own account if the machine has one, else one that we create. */
const accountNames = ["postgres", "errand"];

const creators: readonly (readonly string[])[] = [
  [
    "useradd",
    "--system",
    "--user-group",
    "--no-create-home",
    "--home-dir",
    "/var/lib/errand",
    "--shell",
    "/usr/sbin/nologin",
  ],
  // Busybox has no useradd; its adduser makes a group of the same name.
  ["adduser", "-S", "-D", "-H", "-h", "/var/lib/errand", "-s", "/sbin/nologin"],
];

const systemPath = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The account for a new database when we are root. Creates the system account `errand` if there is none to use. */
export async function findOrCreateAccount(log: (message: string) => void): Promise<Account> {
  const found = findAccount(await readPasswd(), accountNames);
  if (found) return found;
  const failures: string[] = [];
  for (const [program = "", ...args] of creators) {
    for (const directory of systemPath) {
      const result = await run(`${directory}/${program}`, [...args, "errand"]);
      const created = result.code === 0 ? findAccount(await readPasswd(), ["errand"]) : undefined;
      if (created) {
        log("PostgreSQL does not run as root: created the system account errand for it");
        return created;
      }
      if (!result.stderr.includes("ENOENT")) failures.push(result.stderr.trim());
    }
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and no account could be created for it${failures[0] ? ` (${failures[0]})` : ""}. Create a system account named errand, start Errand as another user, or set ERRAND_DATABASE_URL.`,
  );
}

/** The account that owns an existing database; undefined if that is root or no account of this machine. */
export async function findOwner(path: string): Promise<Account | undefined> {
  const { uid, gid } = await lstat(path);
  if (uid === 0) return undefined;
  const line = (await readPasswd()).split("\n").find((candidate) => candidate.split(":")[2] === String(uid));
  return { name: line?.split(":")[0] ?? `uid ${uid}`, uid, gid };
}

function readPasswd(): Promise<string> {
  return readFile("/etc/passwd", "utf8").catch((error: unknown) => {
    if (isSystemError(error, "ENOENT")) return "";
    throw error;
  });
}

/** True if the account may enter the directory and create files there. Tried, not computed: modes are not all that counts. */
export async function canUseDirectory(account: Account, directory: string): Promise<boolean> {
  const result = await run("/bin/sh", ["-c", 'cd "$1" && test -w .', "sh", directory], account);
  return result.code === 0;
}

/** Gives a file or an empty directory to the account (if there is one) and to nobody else. */
export async function giveTo(account: Account | undefined, path: string, mode: number): Promise<void> {
  if (account) await chown(path, account.uid, account.gid);
  // The mode given at creation is narrowed by the umask.
  await chmod(path, mode);
}

/** Gives a whole directory to the account, as after a restore or copy made by root. */
export async function giveTreeTo(account: Account, directory: string): Promise<void> {
  const result = await run("/bin/chown", ["-R", "-h", `${account.uid}:${account.gid}`, directory]);
  if (result.code !== 0) {
    throw new EmbeddedPostgresError(
      `${directory} belongs to root and could not be given to the account ${account.name} (${result.stderr.trim()}). Run: chown -R ${account.name} ${directory}`,
    );
  }
}
