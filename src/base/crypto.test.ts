import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createCipher, equalSecret, hmacHex, randomToken, sha256 } from "./crypto.ts";

describe("hashes", () => {
  test("sha256 and hmacHex answer the published vectors", () => {
    expect(sha256("abc").toString("hex")).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    // RFC 4231, test case 2.
    expect(hmacHex("Jefe", "what do ya want for nothing?")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });

  test("text is hashed as UTF-8", () => {
    expect(sha256("ü").equals(sha256("\u00fc"))).toBe(true);
    expect(sha256("ü").equals(sha256("u\u0308"))).toBe(false);
  });

  test("equalSecret compares texts of any length", () => {
    expect(equalSecret("secret", "secret")).toBe(true);
    expect(equalSecret("secret", "secreT")).toBe(false);
    expect(equalSecret("", "secret")).toBe(false);
  });
});

test("randomToken has the asked number of bytes and no two are equal", () => {
  expect(Buffer.from(randomToken(), "base64url")).toHaveLength(32);
  expect(Buffer.from(randomToken(8), "base64url")).toHaveLength(8);
  expect(randomToken()).not.toBe(randomToken());
});

describe("the cipher", () => {
  const cipher = createCipher(randomBytes(32));

  test("opens what it sealed", () => {
    for (const plain of ["", "sk-123", "Grüße \u{1f600}", "x".repeat(10_000)])
      expect(cipher.open(cipher.seal(plain, "provider:1"), "provider:1")).toBe(plain);
  });

  test("seals the same text differently each time", () => {
    expect(cipher.seal("same", "c").equals(cipher.seal("same", "c"))).toBe(false);
  });

  test("does not open with another key or in another place", () => {
    const sealed = cipher.seal("sk-123", "provider:1");
    expect(() => cipher.open(sealed, "provider:2")).toThrow();
    expect(() => createCipher(randomBytes(32)).open(sealed, "provider:1")).toThrow();
  });

  test("does not open bytes that were changed or cut, wherever", () => {
    const sealed = cipher.seal("sk-123", "c");
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => cipher.open(changed, "c")).toThrow();
      expect(() => cipher.open(sealed.subarray(0, at), "c")).toThrow();
    }
  });

  test("refuses a key of another length", () => {
    expect(() => createCipher(randomBytes(16))).toThrow("32 bytes");
  });
});
