import { resolve } from "node:path";
import ipaddr from "ipaddr.js";
import { isUsableKey } from "./base/credentials.ts";
import { parsePrivateHosts } from "./base/guarded-address.ts";

/** The only reader of the environment. Everything else gets its values as arguments. */

export const processRoles = ["api", "worker", "scheduler"] as const;
export type ProcessRole = (typeof processRoles)[number];

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly trustProxy: boolean | string;
  /** Absolute. */
  readonly dataDir: string;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  readonly roles: ReadonlySet<ProcessRole>;
  readonly concurrency: number;
  /** 32 bytes; undefined: generated into the data directory. */
  readonly secretKey: Buffer | undefined;
  readonly bootstrapApiKey: string | undefined;
  readonly demo: boolean;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly logLevel: string;
  /** Undefined: metrics are for the loopback addresses only. */
  readonly metricsToken: string | undefined;
  readonly otlpEndpoint: string | undefined;
  readonly privateHosts: readonly string[];
}

/** One setting: what a person reads, and how its text becomes a value. */
interface Setting {
  readonly name: string;
  readonly default: string;
  readonly accepts: string;
  readonly about: string;
}

/** Every setting, in the order of the reference page. */
export const settings = [
  {
    name: "ERRAND_PORT",
    default: "3000",
    accepts: "0 to 65535; 0 takes any free port",
    about: "Port of the HTTP server.",
  },
  {
    name: "ERRAND_HOST",
    default: "127.0.0.1",
    accepts: "an address or host name",
    about: "Address to listen on. `0.0.0.0` for all; put a TLS proxy in front then.",
  },
  {
    name: "ERRAND_PUBLIC_URL",
    default: "http://localhost:<port>",
    accepts: "an http or https URL",
    about: "How people and browsers reach this Errand: links in mails, cookies and cross-site checks use it.",
  },
  {
    name: "ERRAND_TRUST_PROXY",
    default: "false",
    accepts: "true, false, or a comma-separated list of proxy addresses",
    about:
      "Whether `X-Forwarded-*` headers are believed, which decides the client address for rate limits and logs.",
  },
  {
    name: "ERRAND_DATA_DIR",
    default: ".errand",
    accepts: "a path",
    about: "Where the embedded PostgreSQL and the generated secret key lie.",
  },
  {
    name: "ERRAND_DATABASE_URL",
    default: "none: the embedded PostgreSQL",
    accepts: "a postgres:// URL",
    about:
      "A PostgreSQL 16 or later of your own. Its user must be allowed to create roles, or be a member of two that exist: see the guide on production.",
  },
  {
    name: "ERRAND_ROLES",
    default: "api,worker,scheduler",
    accepts: "a comma-separated list of api, worker, scheduler",
    about: "What this process does. Every process serves `/healthz`, `/readyz` and `/metrics`.",
  },
  {
    name: "ERRAND_CONCURRENCY",
    default: "50",
    accepts: "1 to 1000",
    about: "Executions that run side by side in this process.",
  },
  {
    name: "ERRAND_SECRET_KEY",
    default: "generated into the data directory for the embedded PostgreSQL, required otherwise",
    accepts: "32 bytes in base64",
    about:
      "Encrypts stored secrets and signs sessions. All processes need the same one; without it stored secrets are lost.",
  },
  {
    name: "ERRAND_BOOTSTRAP_API_KEY",
    default: "none: a key is made and printed once",
    accepts: "32 to 200 printable characters",
    about: "At the very first start the workspace `default` gets this API key, with owner rights.",
  },
  {
    name: "ERRAND_DEMO",
    default: "1 on the embedded PostgreSQL, else 0",
    accepts: "0 or 1",
    about:
      "At the very first start: a demo agent, contact, web channel and a task every two minutes on the sandbox model.",
  },
  {
    name: "ERRAND_SMTP_URL",
    default: "none: mails are written to the log",
    accepts: "an smtp:// or smtps:// URL",
    about: "Mail server.",
  },
  {
    name: "ERRAND_MAIL_FROM",
    default: "Errand <errand@localhost>",
    accepts: "a mail address",
    about: "Sender of mails.",
  },
  {
    name: "ERRAND_LOG_LEVEL",
    default: "info",
    accepts: "trace, debug, info, warn, error, fatal or silent",
    about: "Least level that is logged. JSON lines; readable lines on a terminal.",
  },
  {
    name: "ERRAND_METRICS_TOKEN",
    default: "none: loopback addresses only",
    accepts: "16 to 200 printable characters",
    about: "Bearer token for `/metrics`.",
  },
  {
    name: "ERRAND_OTLP_ENDPOINT",
    default: "none: no traces",
    accepts: "an http or https URL",
    about: "OpenTelemetry collector (OTLP over HTTP) that receives traces.",
  },
  {
    name: "ERRAND_PRIVATE_HOSTS",
    default: "none",
    accepts: "a comma-separated list of host names, addresses or ranges",
    about: "Private hosts that outgoing requests may reach although they are not public.",
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]["name"];

/** A setting that cannot be used; says which and what would be accepted. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the settings. `environment` is `process.env` outside tests. Throws ConfigError. */
export function readConfig(environment: Environment = process.env): Config {
  refuseUnknown(environment);
  const get = (name: SettingName): string | undefined => {
    const value = environment[name]?.trim();
    return value === undefined || value === "" ? undefined : value;
  };
  const port = integer("ERRAND_PORT", get("ERRAND_PORT") ?? "3000", 0, 65_535);
  const databaseUrl = get("ERRAND_DATABASE_URL");
  if (databaseUrl !== undefined) url("ERRAND_DATABASE_URL", databaseUrl, ["postgres:", "postgresql:"]);
  const secret = get("ERRAND_SECRET_KEY");
  if (databaseUrl !== undefined && secret === undefined) {
    throw new ConfigError(
      "ERRAND_SECRET_KEY is required with ERRAND_DATABASE_URL: 32 bytes in base64, the same for every process. Make one with: openssl rand -base64 32",
    );
  }
  return {
    port,
    host: matching("ERRAND_HOST", get("ERRAND_HOST") ?? "127.0.0.1", /^[\w.:%-]+$/),
    publicUrl: publicUrl(get("ERRAND_PUBLIC_URL"), port),
    trustProxy: trustProxy(get("ERRAND_TRUST_PROXY")),
    dataDir: resolve(get("ERRAND_DATA_DIR") ?? ".errand"),
    databaseUrl,
    roles: roles(get("ERRAND_ROLES")),
    concurrency: integer("ERRAND_CONCURRENCY", get("ERRAND_CONCURRENCY") ?? "50", 1, 1000),
    secretKey: secret === undefined ? undefined : key(secret),
    bootstrapApiKey: usableKey(get("ERRAND_BOOTSTRAP_API_KEY")),
    demo: flag("ERRAND_DEMO", get("ERRAND_DEMO")) ?? databaseUrl === undefined,
    smtpUrl: optionalUrl("ERRAND_SMTP_URL", get("ERRAND_SMTP_URL"), ["smtp:", "smtps:"]),
    mailFrom: matching(
      "ERRAND_MAIL_FROM",
      get("ERRAND_MAIL_FROM") ?? "Errand <errand@localhost>",
      mailAddress,
    ),
    logLevel: oneOf("ERRAND_LOG_LEVEL", get("ERRAND_LOG_LEVEL") ?? "info", [
      "trace",
      "debug",
      "info",
      "warn",
      "error",
      "fatal",
      "silent",
    ]),
    metricsToken: printable("ERRAND_METRICS_TOKEN", get("ERRAND_METRICS_TOKEN"), 16, 200),
    otlpEndpoint: optionalUrl("ERRAND_OTLP_ENDPOINT", get("ERRAND_OTLP_ENDPOINT"), ["http:", "https:"]),
    privateHosts: privateHosts(get("ERRAND_PRIVATE_HOSTS")),
  };
}

/** The reference page's table, in Markdown. */
export function renderSettings(): string {
  const rows = settings.map(
    ({ name, default: fallback, accepts, about }) => `| \`${name}\` | ${about} | ${accepts} | ${fallback} |`,
  );
  return ["| setting | what it does | accepts | default |", "|---|---|---|---|", ...rows, ""].join("\n");
}

const testOnly = "ERRAND_TEST_";

/** A misspelt setting would otherwise be ignored in silence. */
function refuseUnknown(environment: Environment): void {
  const known = new Set<string>(settings.map(({ name }) => name));
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith("ERRAND_") && !name.startsWith(testOnly) && !known.has(name),
  );
  if (unknown === undefined) return;
  throw new ConfigError(`${unknown} is not a setting of Errand. The settings are ${[...known].join(", ")}.`);
}

function refuse(name: SettingName, value: string): ConfigError {
  const accepts = settings.find((setting) => setting.name === name)?.accepts ?? "";
  // A value may be a secret, so only harmless ones are repeated.
  const shown = /KEY|TOKEN|URL|ENDPOINT/.test(name) ? "" : ` "${value}"`;
  return new ConfigError(`${name}${shown} cannot be used. Accepted: ${accepts}.`);
}

function integer(name: SettingName, value: string, least: number, most: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) throw refuse(name, value);
  return number;
}

function flag(name: SettingName, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value !== "0" && value !== "1") throw refuse(name, value);
  return value === "1";
}

/** `anna@example.com` or `Anna <anna@example.com>`. */
const mailAddress = /^([^<>]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/;

function matching(name: SettingName, value: string, pattern: RegExp): string {
  if (!pattern.test(value)) throw refuse(name, value);
  return value;
}

function oneOf(name: SettingName, value: string, accepted: readonly string[]): string {
  if (!accepted.includes(value)) throw refuse(name, value);
  return value;
}

function url(name: SettingName, value: string, protocols: readonly string[]): URL {
  if (!URL.canParse(value)) throw refuse(name, value);
  const parsed = new URL(value);
  if (!protocols.includes(parsed.protocol)) throw refuse(name, value);
  return parsed;
}

function optionalUrl(
  name: SettingName,
  value: string | undefined,
  protocols: readonly string[],
): string | undefined {
  if (value !== undefined) url(name, value, protocols);
  return value;
}

function publicUrl(value: string | undefined, port: number): string {
  if (value === undefined) return `http://localhost:${port}`;
  const parsed = url("ERRAND_PUBLIC_URL", value, ["http:", "https:"]);
  // Paths are put behind it, and it stands in mails.
  if (parsed.username !== "" || parsed.search !== "" || parsed.hash !== "")
    throw refuse("ERRAND_PUBLIC_URL", value);
  return parsed.href.replace(/\/+$/, "");
}

function trustProxy(value: string | undefined): boolean | string {
  if (value === undefined || value === "false") return false;
  if (value === "true") return true;
  const addresses = value.split(",").map((address) => address.trim());
  const known = addresses.every((address) => ipaddr.isValid(address) || ipaddr.isValidCIDR(address));
  // `1` is an IPv4 address by the oldest rules, and a number of proxies by those of other programs.
  if (!known || /^\d+$/.test(value)) throw refuse("ERRAND_TRUST_PROXY", value);
  return value;
}

function roles(value: string | undefined): ReadonlySet<ProcessRole> {
  const names = (value ?? processRoles.join(",")).split(",").map((name) => name.trim());
  const known = names.flatMap((name) => processRoles.filter((role) => role === name));
  if (known.length !== names.length || known.length === 0) throw refuse("ERRAND_ROLES", value ?? "");
  return new Set(known);
}

function key(value: string): Buffer {
  // Decoding leaves out what is not base64, so a damaged key would become another one.
  if (!/^[\w+/-]{43}=?$/.test(value)) throw refuse("ERRAND_SECRET_KEY", value);
  return Buffer.from(value, "base64");
}

function usableKey(value: string | undefined): string | undefined {
  if (value !== undefined && !isUsableKey(value)) throw refuse("ERRAND_BOOTSTRAP_API_KEY", value);
  return value;
}

function printable(
  name: SettingName,
  value: string | undefined,
  least: number,
  most: number,
): string | undefined {
  if (value === undefined) return undefined;
  if (value.length < least || value.length > most || !/^[\x21-\x7e]+$/.test(value)) throw refuse(name, value);
  return value;
}

function privateHosts(value: string | undefined): readonly string[] {
  const hosts = (value ?? "")
    .split(",")
    .map((host) => host.trim())
    .filter((host) => host !== "");
  try {
    parsePrivateHosts(hosts);
  } catch (error) {
    throw new ConfigError(`ERRAND_PRIVATE_HOSTS: ${error instanceof Error ? error.message : String(error)}`);
  }
  return hosts;
}
