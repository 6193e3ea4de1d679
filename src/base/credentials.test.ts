import { describe, expect, it } from "vitest";
import { bearerToken, headerOf } from "./credentials.ts";

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
