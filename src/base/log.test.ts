import { Writable } from "node:stream";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { createLogger, type Logger } from "./log.ts";

function capture(options: { readonly pretty?: boolean } = {}) {
  const lines: string[] = [];
  // A real stream, as the readable lines need one.
  const destination = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      lines.push(chunk);
      done();
    },
  });
  const log = createLogger({ level: "info", pretty: options.pretty ?? false, destination });
  return { log, text: () => lines.join("") };
}

/** What one call of the logger writes: one line, parsed. */
function logged(write: (log: Logger) => void): Record<string, unknown> {
  const { log, text } = capture();
  write(log);
  expect(text().trimEnd().split("\n")).toHaveLength(1);
  return JSON.parse(text());
}

const apiKey = "errand_Zk1tq0v9w2abcdefghijklmnopqrstuvwxyz0123456";

describe("errors", () => {
  test("are type, message, code, stack and cause, whatever else hangs on them", () => {
    const client = { connectionParameters: { password: "hunter2" }, user: "errand" };
    const error = Object.assign(new Error("lost", { cause: new TypeError("below") }), {
      ...{
        code: "57P01",
        client,
        detail: "Key (email)=(anna@example.com) already exists.",
        schema: "public",
      },
    });
    const { err } = logged((log) => log.warn({ err: error }, "database connection lost"));
    expect(err).toEqual({
      ...{ type: "Error", message: "lost", code: "57P01" },
      stack: expect.stringContaining("log.test.ts"),
      cause: { type: "TypeError", message: "below", stack: expect.stringContaining("log.test.ts") },
    });
  });

  test("of pg say their class and none of their connection", () => {
    const error = Object.assign(new pg.DatabaseError("terminating connection", 10, "error"), {
      code: "57P01",
      client: new pg.Client("postgres://errand:hunter2@127.0.0.1:1/errand"),
    });
    const line = logged((log) => log.warn({ err: error }, "lost"));
    expect(line.err).toMatchObject({ type: "DatabaseError", code: "57P01" });
    expect(Object.keys(line.err as object).toSorted()).toEqual(["code", "message", "stack", "type"]);
    expect(JSON.stringify(line)).not.toContain("hunter2");
  });

  test.each([
    ["alone", (log: Logger, error: Error) => log.error(error)],
    ["under another key", (log: Logger, error: Error) => log.error({ error }, "m")],
    ["deep below", (log: Logger, error: Error) => log.error({ a: { b: [{ reason: error }] } }, "m")],
    ["of a child's binding", (log: Logger, error: Error) => log.child({ err: error }).error("m")],
  ])("are described %s", (_where, write) => {
    const error = Object.assign(new Error("broken"), { client: { hidden: "yes" } });
    const text = JSON.stringify(logged((log) => write(log, error)));
    expect(text).toContain("broken");
    expect(text).not.toContain("hidden");
  });

  test("with odd insides are still logged", () => {
    const circular = new Error("round");
    circular.cause = circular;
    const nameless = Object.assign(new Error("x"), { name: undefined });
    const hostile = Object.defineProperty(new Error("h"), "message", {
      get() {
        throw new Error("no");
      },
    });
    const long = new Error("m".repeat(1_000_000));
    const { log, text } = capture();
    for (const err of [circular, nameless, hostile, long, new Error("c", { cause: { a: 1 } })])
      log.warn({ err }, "odd");
    const lines = text().trimEnd().split("\n");
    expect(lines).toHaveLength(5);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(40_000);
    expect(JSON.parse(lines[4] ?? "").err.cause).toBeUndefined();
  });

  test("that gather others speak for them", () => {
    const error = new AggregateError([new Error("connect ECONNREFUSED ::1"), new Error("and 127.0.0.1")]);
    const { err } = logged((log) => log.warn({ err: error }, "m"));
    expect(err).toMatchObject({ type: "AggregateError", message: "connect ECONNREFUSED ::1; and 127.0.0.1" });
  });
});

describe("secrets", () => {
  test.each([
    "apiKey",
    "api_key",
    "X-Api-Key",
    "authorization",
    "Set-Cookie",
    "SMTP_PASSWORD",
    "clientSecret",
    "tokenHash",
    "visitorToken",
    "credentials",
  ])("under %s are replaced at any depth", (name) => {
    for (const value of ["hunter2", 4711, ["hunter2"], { inner: "hunter2" }]) {
      let object: Record<string, unknown> = { [name]: value };
      for (let depth = 0; depth < 12; depth += 1) object = { below: [object] };
      const line = JSON.stringify(logged((log) => log.info(object, "m")));
      expect(line).toContain(`"${name}":"[secret]"`);
      expect(line).not.toMatch(/hunter2|4711/);
    }
  });

  test("leave alone what only sounds like one", () => {
    const harmless = {
      ...{ inputTokens: 12, maxTokens: 5, hasPassword: true, token: null, idempotencyKey: "abc" },
      ...{
        route: "/v1/api-keys/:keyId",
        role: "errand_tenant",
        link: "http://localhost:3000/join?token=abc",
      },
    };
    expect(logged((log) => log.info(harmless, "m"))).toMatchObject(harmless);
  });

  const values: readonly (readonly [string, string])[] = [
    ["an API key", apiKey],
    ["an API key in a text", `key ${apiKey}, and ${apiKey}.`],
    ["a bearer token", "Bearer hunter2-hunter2.hunter2"],
    ["a bearer token in lower case", "authorization: bearer hunter2hunter2"],
    ["basic authentication", `Authorization: Basic ${Buffer.from("anna:hunter2").toString("base64")}`],
    ["a header as JSON", `{"Authorization":"Basic aHVudGVyMg=="}`],
    ["a database", "postgres://errand:hunter2@db.example.com:5432/errand"],
    ["a database with a long name", "connecting to postgresql://errand:hunter2@[::1]/errand failed"],
    ["a password with an at sign", "postgres://errand:hunter2@hunter2@db/errand"],
    ["a password with a slash", "postgres://errand:hun/hunter2@db/errand"],
    ["a password with a quote", `postgres://errand:"hunter2'@db/errand`],
    ["a password with a backslash", "postgres://errand:\\hunter2\\@db/errand"],
    ["a password without a user", "redis://:hunter2@cache:6379"],
    ["a mail server", "smtps://mailer:hunter2@mail.example.com:465"],
    ["a mail server in capitals", "SMTP://mailer:hunter2@mail.example.com"],
    ["any other address", "https://anna:hunter2@example.com/path"],
    ["a token as the user of an address", "https://hunter2@example.com/path"],
    ["a connection string", "host=db user=errand password=hunter2 dbname=errand"],
    ["a quoted connection string", "host=db password='hunter2 hunter2'"],
    ["a key of a model provider", "sk-proj-hunter2hunter2hunter2"],
    ["a visitor's token", "vis_hunter2hunter2hunter2hunter2hunter2"],
  ];

  function isClean(line: unknown): void {
    const text = JSON.stringify(line);
    expect(text).toContain("[secret]");
    expect(text).not.toMatch(/hunter2|Zk1tq0v9w2|YW5uYTpodW50ZXIy|aHVudGVyMg/);
  }

  test.each(values)("of a known shape are replaced wherever they stand: %s", (_what, value) => {
    isClean(logged((log) => log.info(value)));
    isClean(logged((log) => log.info("said %s here", value)));
    isClean(logged((log) => log.info({ note: `before\n${value}\nafter` }, "m")));
    isClean(logged((log) => log.info({ deep: { list: [[value]] } }, "m")));
    isClean(logged((log) => log.child({ place: value }).info("m")));
    isClean(logged((log) => log.error(new Error(value))));
    isClean(logged((log) => log.error({ err: new Error("outer", { cause: new Error(value) }) }, "m")));
    isClean(logged((log) => log.error({ err: new Error("outer", { cause: value }) }, "m")));
    const stacked = new Error("plain");
    stacked.stack = `Error: plain\n    at connect (${value})`;
    isClean(logged((log) => log.error({ err: stacked }, "m")));
  });

  test("keep what is around them", () => {
    const text = "postgres://errand:hunter2@db:5432/errand refused Bearer abcdefghijk, see https://x.org/a@b";
    expect(logged((log) => log.info(text)).msg).toBe(
      "postgres://[secret]@db:5432/errand refused Bearer [secret], see https://x.org/a@b",
    );
  });

  test("are looked for in little time in texts made to be slow", () => {
    const nasty = [
      "postgres://a:",
      "x".repeat(500_000),
      "Bearer ",
      "a://".repeat(50_000),
      "errand_ password=",
    ];
    const { log, text } = capture();
    const startedAt = performance.now();
    for (const piece of nasty) log.info({ text: piece.repeat(Math.ceil(200_000 / piece.length)) }, "m");
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(text().split("\n")).toHaveLength(nasty.length + 1);
  });

  test("do not keep strange text from being logged", () => {
    const strange = { lone: "\uD800", nul: "\0", ["__proto__"]: "p", quote: '"\\"', lines: "a\r\nb\u2028" };
    expect(logged((log) => log.info(strange, "m"))).toMatchObject({ nul: "\0", quote: '"\\"' });
  });
});

test("lines on a terminal are readable and as clean", () => {
  const { log, text } = capture({ pretty: true });
  log.warn({ err: new Error("no postgres://errand:hunter2@db/errand"), pool: "jobs" }, "connection lost");
  expect(text()).toMatch(/^\[?\d\d:\d\d:\d\d\]? /);
  expect(text()).toContain("connection lost");
  expect(text()).toContain('pool: "jobs"');
  expect(text()).toMatch(/\n +at .*log\.test\.ts/);
  expect(text()).toContain("postgres://[secret]@db/errand");
  expect(text()).not.toContain("hunter2");
});
