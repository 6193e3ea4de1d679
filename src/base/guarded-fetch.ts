import { lookup as lookupSystem } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, type Dispatcher, fetch as fetchByUndici } from "undici";
import { classifyAddress, type PrivateHosts, parsePrivateHosts } from "./guarded-address.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host name; rejects when there are none. */
export type Resolver = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface GuardOptions {
  /** Whether private, loopback and reserved addresses may be reached. Link-local and metadata never may. */
  readonly allowPrivate: boolean;
  /** Host names, addresses or ranges that may be reached although they are private. */
  readonly privateHosts: readonly string[];
  /** The system's resolver unless a test decides. */
  readonly resolve?: Resolver | undefined;
}

const connectTimeoutMs = 10_000;
/** Without a byte of the answer; a last resort behind the caller's own. */
const idleTimeoutMs = 300_000;

export interface GuardedInit extends RequestInit {
  /**
   * Called right before the first byte of the request goes out, on a connection that stands. Where it was not called the
   * other side knows nothing of the request.
   */
  readonly onSending?: () => void;
}

export interface GuardedFetch {
  /**
   * As the standard `fetch`, over http and https only. Redirects are handed back unless `init.redirect` is `follow`;
   * then every hop is checked like the first. Rejects with `BlockedAddressError` for what may not be reached.
   */
  (url: string | URL, init?: GuardedInit): Promise<Response>;
  /** Waits for running requests and closes the kept connections. */
  close(): Promise<void>;
}

/** A request that our own rules stopped before a byte was sent. */
export class BlockedAddressError extends Error {
  override readonly name = "BlockedAddressError";
  readonly code = "address_not_allowed";
}

/**
 * A `fetch` that cannot be talked into reaching inner addresses. The name is resolved once, every address of it is
 * checked, and the connection goes to the checked addresses: a name that changes between check and use gains nothing.
 * The check sits in the connector, so it also covers redirects and addresses written as decimal, octal or hex numbers.
 */
export function createGuardedFetch(options: GuardOptions): GuardedFetch {
  const guard = createAddressGuard(options.allowPrivate, parsePrivateHosts(options.privateHosts));
  const resolve = options.resolve ?? resolveBySystem;

  const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
    resolveChecked(hostname, resolve, guard).then(
      (addresses) => {
        const [first] = addresses;
        if (lookupOptions.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
  // HTTP/2 is off because an abort must end the socket, not only one stream of a shared one.
  const connectToChecked = buildConnector({
    allowH2: false,
    timeout: connectTimeoutMs,
    lookup,
  });
  const agent = new Agent({
    allowH2: false,
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
    connect(connectOptions, callback) {
      const hostname = unbracket(connectOptions.hostname);
      // A socket looks up names only, so an address written in the URL is checked here.
      const problem = isIP(hostname) === 0 ? undefined : guard(hostname, hostname);
      if (problem === undefined) connectToChecked(connectOptions, callback);
      else callback(problem, null);
    },
  });

  const guardedFetch = async (url: string | URL, guardedInit: GuardedInit = {}): Promise<Response> => {
    const target = checkUrl(url);
    const { onSending, ...init } = guardedInit;
    try {
      // Node carries a copy of undici of its own: the same shapes at run time, unrelated types to the compiler.
      const standardInit: object = init;
      const response: unknown = await fetchByUndici(target, {
        ...(standardInit as UndiciInit),
        redirect: init.redirect ?? "manual",
        dispatcher: onSending === undefined ? agent : tellOfSending(agent, onSending),
      });
      return response as Response;
    } catch (error) {
      throw findBlocked(error) ?? error;
    }
  };
  return Object.assign(guardedFetch, { close: () => agent.close() });
}

function tellOfSending(agent: Agent, onSending: () => void): Dispatcher {
  return agent.compose((dispatch) => (options, handler) => {
    // The handler is made for this one request.
    const begin = handler.onRequestStart;
    handler.onRequestStart = (...args) => {
      onSending();
      begin?.apply(handler, args);
    };
    return dispatch(options, handler);
  });
}

type UndiciInit = NonNullable<Parameters<typeof fetchByUndici>[1]>;

type AddressGuard = (address: string, hostname: string) => BlockedAddressError | undefined;

function createAddressGuard(allowPrivate: boolean, privateHosts: PrivateHosts): AddressGuard {
  return (address, hostname) => {
    const kind = classifyAddress(address);
    if (kind === "public") return undefined;
    const where = address === hostname ? address : `${hostname} (${address})`;
    if (kind === "forbidden") {
      return new BlockedAddressError(
        `${where} may not be reached: link-local, metadata and multicast addresses are never allowed.`,
      );
    }
    if (allowPrivate || privateHosts.hasName(hostname) || privateHosts.hasAddress(address)) return undefined;
    return new BlockedAddressError(
      `${where} is a private or reserved address. To allow it, name the host or its range in ERRAND_PRIVATE_HOSTS.`,
    );
  };
}

async function resolveChecked(
  hostname: string,
  resolve: Resolver,
  guard: AddressGuard,
): Promise<readonly [ResolvedAddress, ...ResolvedAddress[]]> {
  const [first, ...others] = await resolve(hostname);
  if (first === undefined) {
    throw Object.assign(new Error(`${hostname} has no address.`), { code: "ENOTFOUND" });
  }
  // One forbidden address among good ones is refused whole: nobody has an honest use for such a name.
  for (const { address } of [first, ...others]) {
    const problem = guard(address, hostname);
    if (problem !== undefined) throw problem;
  }
  return [first, ...others];
}

function resolveBySystem(hostname: string): Promise<readonly ResolvedAddress[]> {
  return lookupSystem(hostname, { all: true });
}

function checkUrl(url: string | URL): URL {
  const target = URL.parse(String(url));
  if (target === null)
    throw new BlockedAddressError("The address is not a URL such as https://example.com/path.");
  if (target.protocol !== "https:" && target.protocol !== "http:") {
    throw new BlockedAddressError(`The URL must start with http:// or https://, not ${target.protocol}//.`);
  }
  if (target.username !== "" || target.password !== "") {
    throw new BlockedAddressError("The URL must not contain a user name or password.");
  }
  return target;
}

function unbracket(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

function findBlocked(error: unknown): BlockedAddressError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof BlockedAddressError) return cause;
  }
  return undefined;
}
