import type { FastifyInstance } from "fastify";
import { createApi, createOperationsServer, type HealthCheck, type OperationsOptions } from "../api/index.ts";
import { systemClock } from "../base/clock.ts";
import { hmacHex } from "../base/crypto.ts";
import { contribute } from "../base/extensions.ts";
import type { Logger } from "../base/log.ts";
import type { Config } from "../config.ts";
import { checkRoles, pendingMigrations, readMigrations } from "../db/index.ts";
import {
  type Core,
  createMaintenance,
  createRetention,
  createWorker,
  executionKinds,
  type Job,
  type Module,
  type Service,
} from "../engine/index.ts";
import { createMailer, type Mailer } from "../notifications/index.ts";
import {
  type Auth,
  authenticate,
  createAuth,
  ensureFirstWorkspace,
  invitationLink,
  issueOwnerToken,
  listExecutionRetention,
  reissueFirstKey,
} from "../workspaces/index.ts";
import { describeApi } from "./api-document.ts";
import { prepareDashboard } from "./dashboard/index.ts";
import { createMetrics, type ProcessMetrics } from "./metrics.ts";
import { allMetrics } from "./metrics-reference.ts";
import {
  migrateDatabase,
  migrationsDirectory,
  type OpenCore,
  openCore,
  openSecretKey,
  openServer,
} from "./open.ts";
import { explainListenError, probePort } from "./port.ts";
import { checkSecretKey } from "./secret-key.ts";
import { type Cleanup, createTeardown } from "./teardown.ts";
import type { Telemetry } from "./telemetry.ts";

/** What every module of the program is made with, beside the core. */
export interface ModuleOptions {
  readonly auth: Auth;
  readonly mailer: Mailer;
  /** Private hosts, addresses or ranges that tools may reach. Default: none. */
  readonly privateHosts?: readonly string[];
}

export interface StartOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  createModules(core: Core, options: ModuleOptions): readonly Module[];
  /** Makes the demo in the first workspace, if its first start wanted one and none was made yet; not if unwanted now. */
  settleDemo(core: Core, wanted: boolean): Promise<void>;
  /** Writes a line for the person who started it. */
  print(line: string): void;
  /** Ends a start that is under way: what was started by then is stopped again. */
  readonly signal: AbortSignal;
}

export interface Running {
  readonly address: string;
  /** Drains and stops everything, PostgreSQL last. */
  stop(): Promise<void>;
}

/**
 * Starts the roles of the settings and answers when they serve. What was started is stopped again if it fails. Throws
 * the signal's reason if that ends it.
 */
export async function start(options: StartOptions): Promise<Running> {
  const teardown = createTeardown(options.log);
  const later: Later = (what, cleanup, order = "before") => {
    if (order === "beside") teardown.addBeside(what, cleanup);
    else teardown.add(what, cleanup);
    options.signal.throwIfAborted();
  };
  try {
    return { address: await startAll(options, later), stop: teardown.run };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

/** Stops something before, or beside, what was handed in last. Throws if the start was told to end meanwhile. */
type Later = (what: string, cleanup: Cleanup, order?: "before" | "beside") => void;

async function startAll(options: StartOptions, later: Later): Promise<string> {
  const { config, log } = options;
  // Beside PostgreSQL's start, which takes as long the first time.
  const dashboard = config.roles.has("api") ? prepareDashboard(options) : undefined;
  dashboard?.catch(() => undefined);
  const port = await probePort(config.host, config.port);
  const publicUrl = config.port === 0 ? config.publicUrl.replace(/:0$/, `:${port}`) : config.publicUrl;
  const server = await openServer(config, log, options.signal);
  if (server.stop !== undefined) later("PostgreSQL", server.stop);
  const secretKey = await openSecretKey(config);
  const applied = await migrateDatabase(server.url);
  if (applied.length > 0) log.info({ versions: applied }, "the database was migrated");
  await checkRoles(server.url);

  const metrics = createMetrics();
  const telemetry = await openTelemetry(options);
  if (telemetry !== undefined) later("the traces", telemetry.stop);
  const opened = await openCore({
    url: server.url,
    log,
    secretKey,
    publicUrl,
    metrics,
    tracer: telemetry?.tracer,
  });
  const { core } = opened;
  later("the database connections", opened.close);
  await checkSecretKey(core.db.autocommit, config, secretKey);
  const mailer = createMailer({ smtpUrl: config.smtpUrl, from: config.mailFrom, log });
  later("the mailer", async () => mailer.close());
  const auth = createAuth(core, {
    databaseUrl: server.url,
    secret: hmacHex(secretKey.toString("base64"), "sign-in"),
    sendMail: (mail) => mailer.send(mail),
  });
  later("sign-in", () => auth.close());
  const modules = options.createModules(core, { auth, mailer, privateHosts: config.privateHosts });
  join(core, modules);
  metrics.declare(allMetrics(modules));
  await opened.queue.start(modules.flatMap(({ jobs }): readonly Job[] => jobs ?? []));

  const { bootstrapApiKey, demo } = config;
  const first = await ensureFirstWorkspace(core, { bootstrapApiKey, demo });
  await options.settleDemo(core, demo);
  later("the services", await startServices(servicesOf(opened, config, modules)));

  const http = await createHttp(options, core, { auth, metrics, modules, dashboard: await dashboard });
  // A client that is slow to end its request must not use up the time that executions have for being given back.
  later("the HTTP server", () => http.close(), "beside");
  await http.listen({ host: config.host, port }).catch((error: unknown) => {
    throw explainListenError(error, config.host, port);
  });

  // Each ends the one before, so beside other processes they are made only when somebody asks for them.
  const alone = config.databaseUrl === undefined;
  const ownerToken = first.ownerToken ?? (alone ? await issueOwnerToken(core) : undefined);
  const nextKey = alone && !first.created ? await reissueFirstKey(core) : undefined;
  const { print } = options;
  print(`Errand ${options.version} serves ${[...config.roles].join(", ")} on ${publicUrl}`);
  print(`  data       ${server.location}`);
  if (config.roles.has("api") && (await dashboard) !== undefined) print(`  dashboard  ${publicUrl}`);
  if (config.roles.has("api")) print(`  API        ${publicUrl}/docs`);
  if (first.apiKey !== undefined) print(`  API key    ${first.apiKey}   (shown this once)`);
  if (nextKey !== undefined)
    print(`  API key    ${nextKey}   (shown this once; it replaces the first one, which was never used)`);
  if (ownerToken !== undefined) print(`  owner      ${invitationLink(publicUrl, ownerToken)}   (works once)`);
  return publicUrl;
}

/** The tracing library is loaded only if somebody wants traces. */
async function openTelemetry({ config, log, version }: StartOptions): Promise<Telemetry | undefined> {
  if (config.otlpEndpoint === undefined) return undefined;
  const { startTelemetry } = await import("./telemetry.ts");
  return startTelemetry({ endpoint: config.otlpEndpoint, version, clock: systemClock, log });
}

/** Gives the core what the modules contribute. */
export function join(core: Core, modules: readonly Module[]): void {
  core.extensions.add(modules.flatMap(({ contributions }) => contributions ?? []));
  core.extensions.add([contribute(executionKinds, ...modules.flatMap(({ executions }) => executions ?? []))]);
}

function servicesOf(
  { core, queue }: OpenCore,
  config: Config,
  modules: readonly Module[],
): readonly Service[] {
  const all: readonly Service[] = [
    createWorker(core, { concurrency: config.concurrency }),
    createMaintenance(core, config.roles.has("worker") ? "worker" : "scheduler"),
    createRetention(core, () => listExecutionRetention(core)),
    queue.service(),
    ...modules.flatMap(({ services }) => services ?? []),
  ];
  return all.filter(({ role }) => config.roles.has(role));
}

/** Starts them in order; the answer stops them side by side, since each may take some seconds to drain. */
async function startServices(services: readonly Service[]): Promise<Cleanup> {
  const stops: Cleanup[] = [];
  for (const service of services) stops.push(await service.start());
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

async function createHttp(
  options: StartOptions,
  core: Core,
  parts: {
    readonly auth: Auth;
    readonly metrics: ProcessMetrics;
    readonly modules: readonly Module[];
    readonly dashboard: string | undefined;
  },
): Promise<FastifyInstance> {
  const { config, version } = options;
  const { auth, metrics, modules, dashboard } = parts;
  const { metricsToken, trustProxy } = config;
  const operations: OperationsOptions = {
    healthChecks: await healthChecks(core),
    metrics: () => metrics.text(core.db),
    ...(metricsToken === undefined ? {} : { metricsToken }),
  };
  if (!config.roles.has("api")) return await createOperationsServer({ core, operations, trustProxy });
  return await createApi({
    ...describeApi(core, modules, version),
    core,
    operations,
    trustProxy,
    dashboard,
    authenticate: (credentials) => authenticate(core, auth, credentials),
  });
}

async function healthChecks(core: Core): Promise<readonly HealthCheck[]> {
  const known = await readMigrations(migrationsDirectory);
  return [
    {
      name: "database",
      check: () => core.db.ping(),
    },
    {
      name: "migrations",
      check: async () => {
        const pending = await pendingMigrations(core.db.autocommit, known);
        if (pending.length > 0) throw new Error(`migrations ${pending.join(", ")} are missing`);
      },
    },
  ];
}
