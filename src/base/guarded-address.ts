import ipaddr from "ipaddr.js";

/**
 * What an address is to an outgoing request: `public` anyone may reach, `private` only where it is allowed (private,
 * loopback, shared and reserved ranges), `forbidden` nobody (link-local, cloud metadata, multicast, broadcast).
 */
export type AddressKind = "public" | "private" | "forbidden";

type Address = ReturnType<typeof ipaddr.parse>;
type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** Cloud metadata services outside the link-local ranges. They hand out credentials to whoever asks. */
const metadataAddresses: ReadonlySet<string> = new Set([
  "100.100.100.200", // Alibaba Cloud
  "168.63.129.16", // Azure's wire server, a public address that is answered by the host
  "192.0.0.192", // Oracle Cloud
  "fd00:ec2::254", // AWS
  "fd20:ce::254", // Google Cloud
]);

const forbiddenRanges: ReadonlySet<string> = new Set(["linkLocal", "multicast", "broadcast"]);

const exactRanges: readonly Range[] = [
  ipaddr.parseCIDR("::ffff:0:0/96"), // IPv4-mapped
  ipaddr.parseCIDR("64:ff9b::/96"), // NAT64
];

/** IPv6 ranges whose last 32 bits are an IPv4 address that a translator on the way connects to. */
const embeddingRanges: readonly Range[] = [
  ...exactRanges,
  ipaddr.parseCIDR("::ffff:0:0:0/96"), // RFC 6145
  ipaddr.parseCIDR("::/96"), // IPv4-compatible
  ipaddr.parseCIDR("64:ff9b:1::/48"), // NAT64, local use
];
const sixToFour: Range = ipaddr.parseCIDR("2002::/16");

/** Judges one IP address as a resolver or a parsed URL writes it. What is no address at all is `forbidden`. */
export function classifyAddress(text: string): AddressKind {
  if (!ipaddr.isValid(text)) return "forbidden";
  const address = ipaddr.parse(text);
  if (metadataAddresses.has(address.toString())) return "forbidden";
  const range = address.range();
  if (forbiddenRanges.has(range)) return "forbidden";
  const embedded = readEmbeddedIPv4(address);
  if (embedded !== undefined) {
    const kind = classifyAddress(embedded);
    // Mapped addresses and NAT64's well-known prefix reach exactly the IPv4 address; where the others lead is unsure.
    return kind === "public" && !exactRanges.some((exact) => matches(address, exact)) ? "private" : kind;
  }
  return range === "unicast" ? "public" : "private";
}

function readEmbeddedIPv4(address: Address): string | undefined {
  if (address.kind() !== "ipv6") return undefined;
  const bytes = address.toByteArray();
  if (matches(address, sixToFour)) return bytes.slice(2, 6).join(".");
  // "::" and "::1" lie in the IPv4-compatible range but mean unspecified and loopback.
  if (address.range() === "loopback" || address.range() === "unspecified") return undefined;
  return embeddingRanges.some((range) => matches(address, range)) ? bytes.slice(12).join(".") : undefined;
}

/** Names, addresses and ranges that may be reached although they are private. */
export interface PrivateHosts {
  hasName(hostname: string): boolean;
  hasAddress(address: string): boolean;
}

/**
 * Reads a list such as `["ollama.internal", "10.1.0.0/16", "192.168.1.5"]`. Throws a sentence naming the first entry
 * that is none of these.
 */
export function parsePrivateHosts(entries: readonly string[]): PrivateHosts {
  const names = new Set<string>();
  const ranges: Range[] = [];
  for (const entry of entries) {
    const text = normalizeName(entry);
    if (ipaddr.isValidCIDR(text)) ranges.push(ipaddr.parseCIDR(text));
    else if (isStrictAddress(text)) ranges.push(wholeAddress(text));
    else if (/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(text) && !/^[\d.]+$/.test(text)) names.add(text);
    else throw new Error(`"${entry}" is not a host name, an IP address or a range such as 10.0.0.0/8.`);
  }
  return {
    hasName: (hostname) => names.has(normalizeName(hostname)),
    hasAddress(text) {
      if (!ipaddr.isValid(text)) return false;
      const address = ipaddr.process(text);
      return ranges.some((range) => matches(address, range));
    },
  };
}

function normalizeName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}

function isStrictAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(":") && ipaddr.IPv6.isValid(text));
}

function wholeAddress(text: string): Range {
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

function matches(address: Address, range: Range): boolean {
  return address.kind() === range[0].kind() && address.match(range);
}
