import { describe, expect, it } from "vitest";
import type { Clock } from "../base/clock.ts";
import { KeyCache, keyCacheSeconds } from "./key-cache.ts";

function handClock(): Clock & { advance(ms: number): void } {
  let passed = 0;
  return {
    now: () => new Date(Date.UTC(2027, 0, 1) + passed),
    monotonicMs: () => passed,
    after: () => () => undefined,
    advance(ms) {
      passed += ms;
    },
  };
}

const caller = { workspaceId: "w", kind: "api_key", id: "k", scope: "read", role: null } as const;

describe("KeyCache", () => {
  it("forgets after some seconds", () => {
    const clock = handClock();
    const cache = new KeyCache(clock);
    cache.set("hash", caller, null, cache.generation);
    clock.advance(keyCacheSeconds * 1_000 - 1);
    expect(cache.get("hash")).toBe(caller);
    clock.advance(1);
    expect(cache.get("hash")).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it("ends with the key's own end", () => {
    const clock = handClock();
    const cache = new KeyCache(clock);
    cache.set("hash", caller, new Date(clock.now().getTime() + 1_000), cache.generation);
    clock.advance(999);
    expect(cache.get("hash")).toBe(caller);
    clock.advance(1);
    expect(cache.get("hash")).toBeUndefined();
  });

  it("keeps out an answer that was on its way when the key was revoked", () => {
    const cache = new KeyCache(handClock());
    const { generation } = cache;
    cache.forget("k");
    cache.set("hash", caller, null, generation);
    expect(cache.get("hash")).toBeUndefined();
  });

  it("drops the oldest when it is full", () => {
    const cache = new KeyCache(handClock());
    for (let index = 0; index <= 1_000; index += 1) cache.set(`hash${index}`, caller, null, cache.generation);
    expect(cache.size).toBe(1_000);
    expect(cache.get("hash0")).toBeUndefined();
    expect(cache.get("hash1000")).toBe(caller);
  });
});
