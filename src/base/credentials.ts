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

/** The name of a person's session cookie over plain HTTP; over HTTPS it has the prefix `__Secure-`. */
export const sessionCookie = "errand.session_token";
const sessionPattern = new RegExp(`(^|;) *(__Secure-)?${RegExp.escape(sessionCookie)}=[^;]`);

/** True if the browser sent a session's cookie, which may have ended; false: nobody is signed in there. */
export function hasSessionCookie(headers: Credentials["headers"]): boolean {
  return sessionPattern.test(headerOf(headers, "cookie") ?? "");
}

const usableKey = /^[\x21-\x7e][\x20-\x7e]{30,198}[\x21-\x7e]$/;

/** True for 32 to 200 printable ASCII characters without a space at either end, which a header would lose. */
export function isUsableKey(key: string): boolean {
  return usableKey.test(key);
}
