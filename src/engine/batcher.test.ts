import { describe, expect, test } from "vitest";
import { until } from "../../test/until.ts";
import { systemClock } from "../base/clock.ts";
import { type Batcher, createBatcher } from "./batcher.ts";

interface Flush {
  readonly items: readonly string[];
  finish(results?: readonly (Error | undefined)[]): void;
  fail(error: Error): void;
}

/** A batcher whose flushes the test ends by hand. */
function manualBatcher(limits: { maxItems?: number; maxBytes?: number } = {}) {
  const flushes: Flush[] = [];
  let now = 0;
  const batcher = createBatcher<string>({
    maxItems: limits.maxItems ?? 100,
    maxBytes: limits.maxBytes ?? 1_000,
    sizeOf: (item) => item.length,
    clock: { ...systemClock, monotonicMs: () => now },
    flush: (items) =>
      new Promise((resolve, reject) => {
        flushes.push({ items, finish: (results = []) => resolve(results), fail: reject });
      }),
  });
  return {
    batcher,
    flushes,
    pass: (ms: number) => {
      now += ms;
    },
    flush: (at: number) => until(`flush ${at}`, () => flushes[at]),
  };
}

function addAll(batcher: Batcher<string>, items: readonly string[]): Promise<PromiseSettledResult<void>[]> {
  return Promise.allSettled(items.map((item) => batcher.add(item)));
}

describe("a batcher", () => {
  test("sends what arrives in one turn together, and what waits meanwhile as the next batch", async () => {
    const { batcher, flushes, flush } = manualBatcher();
    const first = addAll(batcher, ["a", "b"]);
    const one = await flush(0);
    expect(one.items).toEqual(["a", "b"]);
    const second = addAll(batcher, ["c", "d", "e"]);
    one.finish();
    expect((await flush(1)).items).toEqual(["c", "d", "e"]);
    flushes[1]?.finish();
    expect([...(await first), ...(await second)].every(({ status }) => status === "fulfilled")).toBe(true);
    expect(flushes).toHaveLength(2);
  });

  test("cuts batches at both limits, and takes an item that is too large alone", async () => {
    const { batcher, flushes, flush } = manualBatcher({ maxItems: 3, maxBytes: 10 });
    const all = addAll(batcher, ["1", "2", "3", "4", "x".repeat(50), "12345", "678901"]);
    const expected = [["1", "2", "3"], ["4"], ["x".repeat(50)], ["12345"], ["678901"]];
    for (const [at, items] of expected.entries()) {
      const sent = await flush(at);
      expect(sent.items).toEqual(items);
      sent.finish();
    }
    await all;
    expect(flushes).toHaveLength(expected.length);
  });

  test("rejects only the items that the flush names, or all of them if it throws", async () => {
    const { batcher, flush } = manualBatcher();
    const first = addAll(batcher, ["a", "b", "c"]);
    (await flush(0)).finish([undefined, new Error("b is bad"), undefined]);
    expect((await first).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const second = addAll(batcher, ["d", "e"]);
    (await flush(1)).fail(new Error("all lost"));
    expect((await second).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const third = addAll(batcher, ["f"]);
    (await flush(2)).finish();
    expect((await third).map(({ status }) => status)).toEqual(["fulfilled"]);
  });

  test("goes past a flush that is held up, but not with more than four at once", async () => {
    const { batcher, flushes, flush, pass } = manualBatcher();
    const all: Promise<unknown>[] = [batcher.add("0")];
    await flush(0);
    all.push(batcher.add("waits"));
    for (let at = 1; at < 4; at += 1) {
      pass(21);
      all.push(batcher.add(`${at}`));
      await flush(at);
    }
    expect(flushes[1]?.items).toEqual(["waits", "1"]);
    pass(1_000);
    all.push(batcher.add("last"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(flushes).toHaveLength(4);
    flushes[2]?.finish();
    expect((await flush(4)).items).toEqual(["last"]);
    for (const sent of flushes) sent.finish();
    await Promise.all(all);
  });
});
