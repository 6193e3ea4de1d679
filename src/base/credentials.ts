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
