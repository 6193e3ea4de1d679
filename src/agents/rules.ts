import { classifyAddress } from "../base/guarded-address.ts";
import { mergeFields } from "../base/objects.ts";
import type { AgentLimits } from "./agent-store.ts";

/**
 * What is wrong with a model provider's base URL, as the rest of a sentence that begins with "must", or undefined.
 * Private addresses are allowed, since models run on one's own machines; where a name leads is checked at each call.
 */
export function findBaseUrlFault(baseUrl: string): string | undefined {
  const url = URL.parse(baseUrl);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:") || baseUrl !== baseUrl.trim()) {
    return "must be a URL that starts with http:// or https://, such as https://api.openai.com/v1";
  }
  if (url.username !== "" || url.password !== "") {
    return "must not contain a user name or password; send the key as apiKey";
  }
  if (url.search !== "" || url.hash !== "" || baseUrl.includes("?") || baseUrl.includes("#")) {
    return "must not contain a query or a fragment";
  }
  if (isForbiddenAddress(url.hostname)) return "must not be a link-local, metadata or multicast address";
  return undefined;
}

/** Only addresses are judged here; a name can change where it leads after this check. */
function isForbiddenAddress(hostname: string): boolean {
  const address = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  const looksLikeAddress = address.includes(":") || /^[\d.]+$/.test(address);
  return looksLikeAddress && classifyAddress(address) === "forbidden";
}

/** Whether two base URLs lead to the same server, so that a key given for one may be sent to the other. */
export function isSameServer(left: string, right: string): boolean {
  const origin = URL.parse(left)?.origin;
  return origin !== undefined && origin === URL.parse(right)?.origin;
}

/** Limits as a request gives them: null takes one back to its default. */
export type LimitChanges = { readonly [K in keyof AgentLimits]?: AgentLimits[K] | null | undefined };

/** The limits after a change: what is absent stays, null goes back to the default. */
export function mergeLimits(limits: AgentLimits, changes: LimitChanges): AgentLimits {
  return mergeFields(limits, changes);
}

/** Where an id stands that the list has already, or undefined. */
export function findRepeated(ids: readonly string[]): number | undefined {
  const index = ids.findIndex((id, at) => ids.indexOf(id) < at);
  return index === -1 ? undefined : index;
}
