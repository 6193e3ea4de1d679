import type { Credentials } from "./route.ts";

/** One header's value; of a header that was sent several times, the first. */
export function headerOf(headers: Credentials["headers"], name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** The token of `Authorization: Bearer …`, or undefined if the header is absent or of another scheme. */
export function bearerToken(headers: Credentials["headers"]): string | undefined {
  return /^Bearer +(\S.*?) *$/i.exec(headerOf(headers, "authorization") ?? "")?.[1];
}

const usableKey = /^[\x21-\x7e][\x20-\x7e]{30,198}[\x21-\x7e]$/;

/** True for 32 to 200 printable ASCII characters without a space at either end, which a header would lose. */
export function isUsableKey(key: string): boolean {
  return usableKey.test(key);
}
