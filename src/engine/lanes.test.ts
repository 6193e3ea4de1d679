import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Lane } from "./execution.ts";
import { freeSlots, lanes } from "./lanes.ts";

const none: Readonly<Record<Lane, number>> = { reply: 0, manual: 0, scheduled: 0, bulk: 0 };

/** Fills lanes one after another as a worker does, until none takes any more. */
function fill(slots: number, order: readonly Lane[], running = none): Readonly<Record<Lane, number>> {
  let filled = running;
  for (const lane of order) filled = { ...filled, [lane]: filled[lane] + freeSlots(slots, filled)[lane] };
  return filled;
}

describe("freeSlots", () => {
  test("however much else is due, a quarter of the slots stays free for replies", () => {
    for (let slots = 2; slots <= 100; slots += 1) {
      const full = fill(slots, ["bulk", "scheduled", "manual"]);
      expect(freeSlots(slots, full).reply).toBeGreaterThanOrEqual(Math.ceil(slots / 4));
    }
  });

  test("bulk leaves room for manual and scheduled work", () => {
    const full = fill(16, ["bulk"]);
    expect(freeSlots(16, full)).toMatchObject({ manual: 2, scheduled: 2 });
  });

  test("every lane can run alone, also with a single slot", () => {
    for (let slots = 1; slots <= 20; slots += 1)
      for (const lane of lanes) expect(fill(slots, [lane])[lane]).toBeGreaterThanOrEqual(1);
  });

  test("replies may use every slot that is not reserved for others", () => {
    expect(fill(16, ["reply"]).reply).toBe(12);
    expect(fill(4, ["reply"]).reply).toBe(4);
  });

  test("never more than there are slots, and the free ones are all given to somebody", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.shuffledSubarray([...lanes], { minLength: 4 }),
        (slots, order) => {
          const full = fill(slots, order);
          expect(lanes.reduce((sum, lane) => sum + full[lane], 0)).toBe(slots);
          expect(freeSlots(slots, full)).toEqual(none);
        },
      ),
    );
  });
});
