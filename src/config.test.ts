import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Config, ConfigError, readConfig, type SettingName, settings } from "./config.ts";

const secretKey = Buffer.alloc(32, 7);
const external = {
  ERRAND_DATABASE_URL: "postgres://errand:hidden-word@db.example.com/errand",
  ERRAND_SECRET_KEY: secretKey.toString("base64"),
};

/** What each setting's text becomes. */
const accepted: { readonly [Name in SettingName]: readonly (readonly [string, Partial<Config>])[] } = {
  ERRAND_PORT: [
    ["0", { port: 0, publicUrl: "http://localhost:0" }],
    ["65535", { port: 65_535, publicUrl: "http://localhost:65535" }],
  ],
  ERRAND_HOST: [
    ["0.0.0.0", { host: "0.0.0.0" }],
    ["::1", { host: "::1" }],
    ["errand.internal", { host: "errand.internal" }],
  ],
  ERRAND_PUBLIC_URL: [
    ["https://errand.example.com/", { publicUrl: "https://errand.example.com" }],
    ["http://10.0.0.1:3000/sub//", { publicUrl: "http://10.0.0.1:3000/sub" }],
  ],
  ERRAND_TRUST_PROXY: [
    ["true", { trustProxy: true }],
    ["false", { trustProxy: false }],
    ["10.0.0.1, 192.168.0.0/16,::1", { trustProxy: "10.0.0.1, 192.168.0.0/16,::1" }],
  ],
  ERRAND_DATA_DIR: [
    ["/srv/errand", { dataDir: "/srv/errand" }],
    ["data", { dataDir: join(process.cwd(), "data") }],
  ],
  ERRAND_DATABASE_URL: [
    [external.ERRAND_DATABASE_URL, { databaseUrl: external.ERRAND_DATABASE_URL, demo: false }],
    ["postgresql:///errand?host=/run", { databaseUrl: "postgresql:///errand?host=/run" }],
  ],
  ERRAND_ROLES: [
    ["worker", { roles: new Set(["worker"] as const) }],
    [" scheduler , api ", { roles: new Set(["scheduler", "api"] as const) }],
  ],
  ERRAND_CONCURRENCY: [
    ["1", { concurrency: 1 }],
    ["1000", { concurrency: 1000 }],
  ],
  ERRAND_SECRET_KEY: [
    [secretKey.toString("base64"), { secretKey }],
    [Buffer.alloc(32, 255).toString("base64url"), { secretKey: Buffer.alloc(32, 255) }],
  ],
  ERRAND_BOOTSTRAP_API_KEY: [
    ["k".repeat(32), { bootstrapApiKey: "k".repeat(32) }],
    ["~".repeat(200), { bootstrapApiKey: "~".repeat(200) }],
  ],
  ERRAND_DEMO: [
    ["0", { demo: false }],
    ["1", { demo: true }],
  ],
  ERRAND_SMTP_URL: [
    ["smtps://user:word@mail.example.com", { smtpUrl: "smtps://user:word@mail.example.com" }],
  ],
  ERRAND_MAIL_FROM: [
    ["errand@example.com", { mailFrom: "errand@example.com" }],
    ["Errand, Inc. <errand@example.com>", { mailFrom: "Errand, Inc. <errand@example.com>" }],
  ],
  ERRAND_LOG_LEVEL: [["silent", { logLevel: "silent" }]],
  ERRAND_METRICS_TOKEN: [["t".repeat(16), { metricsToken: "t".repeat(16) }]],
  ERRAND_OTLP_ENDPOINT: [["http://localhost:4318", { otlpEndpoint: "http://localhost:4318" }]],
  ERRAND_PRIVATE_HOSTS: [
    ["db.internal, 10.0.0.0/8,,", { privateHosts: ["db.internal", "10.0.0.0/8"] }],
    ["fd00::1", { privateHosts: ["fd00::1"] }],
  ],
};

const refused: { readonly [Name in SettingName]: readonly string[] } = {
  ERRAND_PORT: ["http", "-1", "65536", "1e3", "80 80", "3000.5"],
  ERRAND_HOST: ["http://localhost", "local host", "[::1]"],
  ERRAND_PUBLIC_URL: [
    "errand.example.com",
    "ftp://errand.example.com",
    "https://anna:hidden-word@errand.example.com",
    "https://errand.example.com/?a=hidden-word",
  ],
  ERRAND_TRUST_PROXY: ["yes", "1", "10.0.0.1,proxy", "10.0.0.1/33", "10.0.0.1,"],
  // Any path is one; whether it can be used is seen when it is.
  ERRAND_DATA_DIR: [],
  ERRAND_DATABASE_URL: ["hidden-word", "mysql://errand:hidden-word@db/errand"],
  ERRAND_ROLES: ["all", "api,", "api worker"],
  ERRAND_CONCURRENCY: ["0", "1001", "many"],
  ERRAND_SECRET_KEY: [
    "hidden-word",
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
    "ab".repeat(32),
    `${secretKey.toString("base64")}hidden-word`,
    `*${secretKey.toString("base64")}`,
  ],
  ERRAND_BOOTSTRAP_API_KEY: ["hidden-word", "k".repeat(201), `hidden-word\u00e9${"k".repeat(40)}`],
  ERRAND_DEMO: ["true", "2"],
  ERRAND_SMTP_URL: ["mail.example.com", "https://user:hidden-word@mail.example.com"],
  ERRAND_MAIL_FROM: ["Errand", "errand@", "Errand <errand@example.com> x", "a b@example.com"],
  ERRAND_LOG_LEVEL: ["loud", "INFO"],
  ERRAND_METRICS_TOKEN: ["hidden-word", "t".repeat(201)],
  ERRAND_OTLP_ENDPOINT: ["localhost:4318", "grpc://user:hidden-word@localhost"],
  ERRAND_PRIVATE_HOSTS: ["10.0.0.0/99", "http://db.internal", "10.0.0"],
};

/** The sentence with which an environment is refused. */
function refusal(environment: Readonly<Record<string, string>>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error(`${JSON.stringify(environment)} was accepted`);
}

describe("the settings", () => {
  it("have a default each", () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: "127.0.0.1",
      publicUrl: "http://localhost:3000",
      trustProxy: false,
      dataDir: join(process.cwd(), ".errand"),
      databaseUrl: undefined,
      roles: new Set(["api", "worker", "scheduler"]),
      concurrency: 50,
      secretKey: undefined,
      bootstrapApiKey: undefined,
      demo: true,
      smtpUrl: undefined,
      mailFrom: "Errand <errand@localhost>",
      logLevel: "info",
      metricsToken: undefined,
      otlpEndpoint: undefined,
      privateHosts: [],
    });
  });

  it("count as absent when they are empty or blank", () => {
    const blank = Object.fromEntries(settings.map(({ name }, index) => [name, index % 2 === 0 ? "" : "  "]));
    expect(readConfig(blank)).toEqual(readConfig({}));
  });

  describe.each(settings)("$name", ({ name, accepts }) => {
    it.each(accepted[name])("takes %j", (text, expected) => {
      const needed = name === "ERRAND_DATABASE_URL" ? external : {};
      expect(readConfig({ ...needed, [name]: text })).toMatchObject(expected);
      expect(readConfig({ ...needed, [name]: `  ${text} ` })).toMatchObject(expected);
    });

    it.each(refused[name])("refuses %j, saying what is accepted", (text) => {
      const sentence = refusal({ [name]: text });
      expect(sentence).toContain(name);
      expect(sentence).not.toContain("hidden-word");
      expect(sentence).not.toContain("\n");
      // Hosts are refused one by one, by their own sentence.
      if (name === "ERRAND_PRIVATE_HOSTS")
        expect(sentence).toMatch(/is not a host name, an IP address or a range/);
      else expect(sentence).toContain(`Accepted: ${accepts}.`);
    });
  });

  it("repeat a value only where it cannot be a secret", () => {
    expect(refusal({ ERRAND_PORT: "http" })).toContain('ERRAND_PORT "http" cannot be used.');
    expect(refusal({ ERRAND_SECRET_KEY: "abc" })).toMatch(/^ERRAND_SECRET_KEY cannot be used\./);
  });

  it("need a secret key for a database of one's own, and make no demo there unless told so", () => {
    const { ERRAND_DATABASE_URL } = external;
    expect(refusal({ ERRAND_DATABASE_URL })).toMatch(
      /^ERRAND_SECRET_KEY is required with ERRAND_DATABASE_URL: 32 bytes in base64.*openssl rand -base64 32$/,
    );
    expect(readConfig(external)).toMatchObject({ demo: false, secretKey });
    expect(readConfig({ ...external, ERRAND_DEMO: "1" })).toMatchObject({ demo: true });
  });

  it("are all there are: a misspelt one is refused, whatever its value", () => {
    const sentence = refusal({ ERRAND_PROT: "hidden-word" });
    expect(sentence).toMatch(/^ERRAND_PROT is not a setting of Errand\. The settings are ERRAND_PORT, /);
    expect(sentence).not.toContain("hidden-word");
    for (const { name } of settings) expect(sentence).toContain(name);
    expect(readConfig({ PATH: "/bin", errand_port: "x", ERRAND_TEST_ANYTHING: "x" }).port).toBe(3000);
  });
});
