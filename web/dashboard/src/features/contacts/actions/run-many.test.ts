import { describe, expect, test } from "vitest";
import { ApiError } from "../../../api/problem.ts";
import { pause, runMany } from "./run-many.ts";

const busy = (seconds: number | null) => new ApiError(429, { code: "rate_limited" }, seconds);
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

function order(count: number, change: (item: number) => Promise<number>) {
  const pauses: number[] = [];
  const progress: number[] = [];
  const stop = new AbortController();
  return {
    pauses,
    progress,
    stop,
    order: {
      items: numbers(count),
      change,
      pause: async (ms: number) => {
        pauses.push(ms);
      },
      signal: stop.signal,
      onProgress: (settled: number) => {
        progress.push(settled);
      },
    },
  };
}

describe("many changes", () => {
  test("go five side by side", async () => {
    let underWay = 0;
    let most = 0;
    const { order: many, progress } = order(23, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
      return item * 2;
    });
    const { done, refused, left } = await runMany(many);
    expect(most).toBe(5);
    expect(done.map(({ result }) => result).toSorted((a, b) => a - b)).toEqual(
      numbers(23).map((item) => item * 2),
    );
    expect([refused, left]).toEqual([[], []]);
    expect(progress.at(-1)).toBe(23);
  });

  test("that are refused hold up no other", async () => {
    const { order: many } = order(3, async (item) => {
      if (item === 1) throw new ApiError(422, { detail: "It has too many tags." }, null);
      return item;
    });
    const { done, refused } = await runMany(many);
    expect(done).toHaveLength(2);
    expect(refused).toEqual([{ item: 1, message: "It has too many tags." }]);
  });

  test("wait as long as the server asks, and are then made again", async () => {
    const faults: unknown[] = [busy(3), busy(null)];
    const { order: many, pauses } = order(1, async (item) => {
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      return item;
    });
    expect((await runMany(many)).done).toHaveLength(1);
    expect(pauses).toEqual([3_000, 5_000]);
  });

  test("are given up where the server never has time", async () => {
    const { order: many } = order(1, async () => {
      throw busy(1);
    });
    expect((await runMany(many)).refused).toHaveLength(1);
  });

  test("that have not begun are left alone when it is stopped", async () => {
    const { order: many, stop } = order(12, async (item) => {
      if (item === 4) stop.abort();
      return item;
    });
    const { done, left } = await runMany(many);
    expect(done).toHaveLength(5);
    expect(left).toEqual(numbers(12).slice(5));
  });
});

test("a pause ends when it is stopped", async () => {
  const stop = new AbortController();
  const waiting = pause(1_000_000, stop.signal);
  stop.abort();
  await waiting;
});
