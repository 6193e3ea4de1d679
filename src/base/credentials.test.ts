import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bearerToken, hasSessionCookie, headerOf, isUsableKey } from "./credentials.ts";

describe("headerOf", () => {
  it("takes the first of several values", () => {
    expect(headerOf({ a: ["1", "2"], b: "3" }, "a")).toBe("1");
    expect(headerOf({ a: ["1", "2"], b: "3" }, "b")).toBe("3");
    expect(headerOf({}, "c")).toBeUndefined();
  });
});

describe("bearerToken", () => {
  it("reads the token of a bearer header only", () => {
    expect(bearerToken({ authorization: "Bearer abc" })).toBe("abc");
    expect(bearerToken({ authorization: "bearer  abc " })).toBe("abc");
    expect(bearerToken({ authorization: "Basic abc" })).toBeUndefined();
    expect(bearerToken({ authorization: "Bearer " })).toBeUndefined();
    expect(bearerToken({})).toBeUndefined();
  });
});

describe("hasSessionCookie", () => {
  it.each([
    ["errand.session_token=abc.def", true],
    ["a=1; __Secure-errand.session_token=abc", true],
    ["a=1;errand.session_token=abc; b=2", true],
    ["errand.session_token=; b=2", false],
    ["xerrand.session_token=abc", false],
    ["errand-session_token=abc", false],
    ["a=errand.session_token", false],
    [undefined, false],
  ])("of %s: %s", (cookie, has) => {
    expect(hasSessionCookie({ cookie })).toBe(has);
  });
});

describe("isUsableKey", () => {
  it("takes 32 to 200 printable characters", () => {
    expect([31, 32, 200, 201].map((length) => isUsableKey("k".repeat(length)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
  it("takes spaces inside only, and no character that a header could not carry", () => {
    const key = "k".repeat(31);
    expect(isUsableKey(`${key} x`)).toBe(true);
    for (const bad of [` ${key}`, `${key} `, `${key}\n`, `${key}é`]) expect(isUsableKey(bad)).toBe(false);
  });
  it("never takes what Authorization would change", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 32, maxLength: 60 }), (key) => {
        fc.pre(isUsableKey(key));
        expect(bearerToken({ authorization: `Bearer ${key}` })).toBe(key);
      }),
    );
  });
});
