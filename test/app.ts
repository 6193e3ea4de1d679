import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { createApi } from "../src/api/index.ts";
import { createLogger } from "../src/base/log.ts";
import type { Scope } from "../src/base/route.ts";
import {
  type Core,
  createMaintenance,
  createWorker,
  type Module,
  type Service,
} from "../src/engine/index.ts";
import { createModules } from "../src/modules.ts";
import { createMailer } from "../src/notifications/index.ts";
import { describeApi } from "../src/program/api-document.ts";
import { type OpenCore, openCore } from "../src/program/open.ts";
import { join } from "../src/program/start.ts";
import { createTeardown } from "../src/program/teardown.ts";
import {
  type Auth,
  authenticate,
  createApiKey,
  createAuth,
  createWorkspace,
  type Mail,
} from "../src/workspaces/index.ts";
import { type Content, type Received, sendRequest } from "./api.ts";
import { createTestDatabase } from "./database.ts";
import { startServices } from "./engine.ts";

export interface TestApp {
  readonly core: Core;
  readonly app: FastifyInstance;
  readonly auth: Auth;
  readonly modules: readonly Module[];
  /** Of the database, as its superuser. */
  readonly databaseUrl: string;
  /** For instance `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Two workspaces that know nothing of each other. */
  readonly first: TestWorkspace;
  readonly second: TestWorkspace;
  /** Invitations and links for new passwords; they leave the process nowhere. */
  readonly mails: readonly Mail[];
  newWorkspace(name: string): Promise<TestWorkspace>;
  /** Sends a request without a key. */
  send(method: string, path: string, content?: Content): Promise<Received>;
  close(): Promise<void>;
}

export interface TestWorkspace {
  /** UUID. */
  readonly id: string;
  /** A key of each scope; that of `admin` has an owner's rights. */
  readonly keys: Readonly<Record<Scope, string>>;
  /** Sends a request with one of the keys, by default that of `admin`. */
  send(method: string, path: string, content?: Content & { readonly scope?: Scope }): Promise<Received>;
}

export interface TestAppOptions {
  /** True: also everything that runs by itself, such as workers, the sweep and jobs. Default: only the API. */
  readonly running?: boolean;
}

/** The whole program with all its modules on a database of its own. Close it in `afterAll`. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const log = createLogger({ level: "fatal", pretty: false });
  const teardown = createTeardown(log);
  const database = await createTestDatabase();
  teardown.add("the database", database.drop);
  const { url: databaseUrl } = database;
  const publicUrl = "http://127.0.0.1:3000";
  const opened = await openCore({ url: databaseUrl, log, secretKey: randomBytes(32), publicUrl });
  const { core } = opened;
  teardown.add("the core", opened.close);
  const mails: Mail[] = [];
  const mailer = createMailer({ smtpUrl: undefined, from: "errand@example.com", log });
  const auth = createAuth(core, {
    databaseUrl,
    secret: "a secret of the tests with more than 32 characters",
    sendMail: async (mail) => {
      mails.push(mail);
    },
  });
  teardown.add("sign-in", auth.close);
  const modules = createModules(core, { auth, mailer });
  join(core, modules);
  await opened.queue.start(modules.flatMap(({ jobs }) => jobs ?? []));
  if (options.running === true)
    teardown.add("the services", await startServices(...servicesOf(opened, modules)));
  const app = await createApi({
    ...describeApi(core, modules, "0.0.0"),
    core,
    operations: { healthChecks: [] },
    trustProxy: false,
    limits: { perCaller: 1_000_000, failuresPerAddress: 1_000_000 },
    authenticate: (credentials) => authenticate(core, auth, credentials),
  });
  teardown.add("the HTTP server", () => app.close());
  await app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const newWorkspace = (name: string) => openWorkspace(core, url, name);
  return {
    core,
    app,
    auth,
    modules,
    databaseUrl,
    url,
    mails,
    newWorkspace,
    first: await newWorkspace("first"),
    second: await newWorkspace("second"),
    send: (method, path, content = {}) => sendRequest(url + path, method, content),
    close: teardown.run,
  };
}

/** Everything that runs by itself. */
function servicesOf({ core, queue }: OpenCore, modules: readonly Module[]): readonly Service[] {
  return [
    createWorker(core, { concurrency: 4 }),
    createMaintenance(core, "worker"),
    queue.service(),
    ...modules.flatMap((module) => module.services ?? []),
  ];
}

async function openWorkspace(core: Core, url: string, name: string): Promise<TestWorkspace> {
  const id = await createWorkspace(core, { name });
  const newKey = (scope: Scope) =>
    core.db.tenant(id, async (tx) => {
      const key = { name: `test ${scope}`, scope, ownerRights: scope === "admin" };
      return (await createApiKey(core, tx, key, { caller: null, requestId: null })).secret;
    });
  const keys = { read: await newKey("read"), write: await newKey("write"), admin: await newKey("admin") };
  return {
    id,
    keys,
    async send(method, path, { scope = "admin", ...content } = {}) {
      const headers = { authorization: `Bearer ${keys[scope]}`, ...content.headers };
      return await sendRequest(url + path, method, { ...content, headers });
    },
  };
}
