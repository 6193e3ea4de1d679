import { expect, test } from "vitest";
import { createTurns } from "./turns.ts";

/** Work that ends when told to, and what of it has begun. */
function createWork() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    },
    end: (name: string) => ends.get(name)?.(),
  };
}

test("so many at once as there are places, the others in order", async () => {
  const { begun, work, end } = createWork();
  const turns = createTurns(() => 2);
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => turns(work(name)));
  await expect.poll(() => begun).toEqual(["a", "b"]);
  end("b");
  expect(await b).toBe("b");
  await expect.poll(() => begun).toEqual(["a", "b", "c"]);
  end("a");
  end("c");
  await Promise.all([a, c]);
  await expect.poll(() => begun).toEqual(["a", "b", "c", "d"]);
  end("d");
  await d;
});

test("a turn ends with an error as well", async () => {
  const turns = createTurns(() => 1);
  const failed = turns(async () => {
    throw new Error("no");
  });
  const next = turns(async () => "yes");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("yes");
});

test("the number of places may change while some wait", async () => {
  const { begun, work, end } = createWork();
  let places = 1;
  const turns = createTurns(() => places);
  const all = ["a", "b", "c"].map((name) => turns(work(name)));
  await expect.poll(() => begun).toEqual(["a"]);
  places = 3;
  end("a");
  await expect.poll(() => begun).toEqual(["a", "b", "c"]);
  end("b");
  end("c");
  expect(await Promise.all(all)).toEqual(["a", "b", "c"]);
});
