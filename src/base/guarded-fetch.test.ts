import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, expect, it } from "vitest";
import {
  BlockedAddressError,
  createGuardedFetch,
  type GuardedFetch,
  type GuardOptions,
  type Resolver,
} from "./guarded-fetch.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startServer(handler: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, server };
}

function guard(options: Partial<GuardOptions> = {}): GuardedFetch {
  const fetch = createGuardedFetch({ allowPrivate: false, privateHosts: [], ...options });
  cleanups.push(() => fetch.close());
  return fetch;
}

/** Resolves every name to these addresses and counts how often it was asked. */
function resolveTo(...addresses: string[]): Resolver & { asked: string[] } {
  const asked: string[] = [];
  const resolver: Resolver = async (hostname) => {
    asked.push(hostname);
    return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  return Object.assign(resolver, { asked });
}

const answerHost: RequestListener = (request, response) => response.end(`host ${request.headers.host}`);

it("reaches a private address when private ones are allowed", async () => {
  const { port } = await startServer(answerHost);
  const response = await guard({ allowPrivate: true })(`http://127.0.0.1:${port}/`);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(`host 127.0.0.1:${port}`);
});

it("connects to the address that was checked and keeps the name in the request", async () => {
  const { port } = await startServer(answerHost);
  const resolve = resolveTo("127.0.0.1");
  const response = await guard({ allowPrivate: true, resolve })(`http://models.example:${port}/`);
  expect(await response.text()).toBe(`host models.example:${port}`);
  expect(resolve.asked).toEqual(["models.example"]);
});

it("does not ask a name again between the check and the connection", async () => {
  const { port } = await startServer(answerHost);
  // Only the first answer may be reached: a second question would find an address where nobody listens.
  const answers = ["127.0.0.1", "127.0.0.2"];
  const resolve: Resolver = async () => answers.splice(0, 1).map((address) => ({ address, family: 4 }));
  const fetch = guard({ privateHosts: ["127.0.0.1"], resolve });
  expect((await fetch(`http://rebind.example:${port}/`)).status).toBe(200);
  expect(answers).toEqual(["127.0.0.2"]);
});

it("uses the system's resolver by default", async () => {
  const { port } = await startServer(answerHost);
  expect((await guard({ allowPrivate: true })(`http://localhost:${port}/`)).status).toBe(200);
  await expect(guard()(`http://localhost:${port}/`)).rejects.toThrow(/^localhost \(.+\) is a private/);
});

it.each([
  "http://127.0.0.1",
  "http://2130706433",
  "http://0x7f000001",
  "http://0177.0.0.1",
  "http://127.1",
  "http://[::1]",
  "http://[::ffff:127.0.0.1]",
  "http://0.0.0.0",
])("refuses loopback written as %s", async (origin) => {
  let reached = false;
  const { port } = await startServer((_, response) => {
    reached = true;
    response.end();
  });
  await expect(guard()(`${origin}:${port}/`)).rejects.toThrow(BlockedAddressError);
  expect(reached).toBe(false);
});

it.each([
  "http://169.254.169.254/latest/meta-data/",
  "http://2852039166/",
  "http://0xa9fea9fe/",
  "http://0251.0376.0251.0376/",
  "http://[::ffff:169.254.169.254]/",
  "http://[64:ff9b::a9fe:a9fe]/",
  "http://[fd00:ec2::254]/",
  "http://[fe80::1]/",
  "http://100.100.100.200/",
])("refuses %s even where private addresses are allowed and named", async (url) => {
  const fetch = guard({ allowPrivate: true, privateHosts: ["169.254.0.0/16", "100.64.0.0/10", "fd00::/8"] });
  await expect(fetch(url)).rejects.toThrow(/never allowed/);
});

it("refuses a name as soon as one of its addresses is refused", async () => {
  const resolve = resolveTo("93.184.216.34", "10.0.0.7");
  await expect(guard({ resolve })("http://mixed.example/")).rejects.toThrow(
    "mixed.example (10.0.0.7) is a private or reserved address. To allow it, name the host or its range in ERRAND_PRIVATE_HOSTS.",
  );
  const metadata = resolveTo("127.0.0.1", "169.254.169.254");
  await expect(guard({ allowPrivate: true, resolve: metadata })("http://mixed.example/")).rejects.toThrow(
    "mixed.example (169.254.169.254) may not be reached",
  );
});

it("reaches private hosts by name, address or range when they are named", async () => {
  const { port } = await startServer(answerHost);
  const resolve = resolveTo("127.0.0.1");
  const byName = guard({ privateHosts: ["tools.internal"], resolve });
  expect((await byName(`http://tools.internal:${port}/`)).status).toBe(200);
  await expect(byName(`http://other.internal:${port}/`)).rejects.toThrow(BlockedAddressError);
  await expect(byName(`http://127.0.0.1:${port}/`)).rejects.toThrow(BlockedAddressError);
  const byRange = guard({ privateHosts: ["127.0.0.0/8"], resolve });
  expect((await byRange(`http://127.0.0.1:${port}/`)).status).toBe(200);
  expect((await byRange(`http://other.internal:${port}/`)).status).toBe(200);
});

it("hands a redirect back instead of following it", async () => {
  const { port } = await startServer((_, response) => {
    response.writeHead(302, { location: "http://169.254.169.254/" }).end();
  });
  const response = await guard({ allowPrivate: true })(`http://127.0.0.1:${port}/`);
  expect(response.status).toBe(302);
});

it("checks every hop when the caller asks for redirects to be followed", async () => {
  const { port } = await startServer((request, response) => {
    if (request.url === "/inner") response.end("inner");
    else if (request.url === "/good") response.writeHead(302, { location: "/inner" }).end();
    else response.writeHead(302, { location: "http://hop.example/secret" }).end();
  });
  const resolve: Resolver = async (hostname) => [
    { address: hostname === "hop.example" ? "169.254.169.254" : "127.0.0.1", family: 4 },
  ];
  const fetch = guard({ allowPrivate: true, resolve });
  const good = await fetch(`http://start.example:${port}/good`, { redirect: "follow" });
  expect(await good.text()).toBe("inner");
  await expect(fetch(`http://start.example:${port}/bad`, { redirect: "follow" })).rejects.toThrow(
    "hop.example (169.254.169.254) may not be reached",
  );
});

it.each([
  ["file:///etc/passwd", "must start with http:// or https://"],
  ["ftp://example.com/", "must start with http:// or https://"],
  ["http://user:secret@example.com/", "must not contain a user name or password"],
  ["nonsense", "is not a URL"],
])("refuses %s", async (url, message) => {
  const error = await guard({ allowPrivate: true })(url).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(BlockedAddressError);
  expect(String(error)).toContain(message);
  expect(String(error)).not.toContain("secret");
});

it("passes on that a name has no address", async () => {
  await expect(guard({ resolve: resolveTo() })("http://nobody.example/")).rejects.toMatchObject({
    cause: { code: "ENOTFOUND" },
  });
});

it("ends the connection when the request is aborted", async () => {
  const arrived = Promise.withResolvers<void>();
  const dropped = Promise.withResolvers<void>();
  const { port } = await startServer((_, response) => {
    response.once("close", () => dropped.resolve());
    arrived.resolve();
  });
  const abort = new AbortController();
  const pending = guard({ allowPrivate: true })(`http://127.0.0.1:${port}/`, { signal: abort.signal });
  const outcome = expect(pending).rejects.toThrow();
  await arrived.promise;
  abort.abort();
  await outcome;
  await dropped.promise;
});
