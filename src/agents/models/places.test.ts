import { expect, it } from "vitest";
import { createCallPlaces } from "./places.ts";

const never = new AbortController().signal;

/** Calls that begin in the order of `begun` and end when they are told to. */
function createCalls() {
  const places = createCallPlaces();
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  return {
    begun,
    start(name: string, max: number | null, { signal = never, provider = "p" } = {}) {
      const end = Promise.withResolvers<void>();
      ends.set(name, end);
      return places.run(provider, max, signal, async () => {
        begun.push(name);
        await end.promise;
        return name;
      });
    },
    end: (name: string) => ends.get(name)?.resolve(),
    fail: (name: string) => ends.get(name)?.reject(new Error(`${name} failed`)),
    /** Everything that can happen without an end has happened. */
    settled: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
}

it("lets so many in as there are places, the others in order", async () => {
  const calls = createCalls();
  const all = ["a", "b", "c", "d"].map((name) => calls.start(name, 2));
  await calls.settled();
  expect(calls.begun).toEqual(["a", "b"]);
  calls.end("b");
  await calls.settled();
  expect(calls.begun).toEqual(["a", "b", "c"]);
  calls.fail("a");
  await expect(all[0]).rejects.toThrow("a failed");
  await calls.settled();
  expect(calls.begun).toEqual(["a", "b", "c", "d"]);
  calls.end("c");
  calls.end("d");
  expect(await Promise.all(all.slice(1))).toEqual(["b", "c", "d"]);
});

it("counts each provider by itself, and none without a bound", async () => {
  const calls = createCalls();
  const all = [calls.start("a", 1), calls.start("b", 1, { provider: "q" })];
  for (const name of ["c", "d", "e"]) all.push(calls.start(name, null, { provider: "r" }));
  await calls.settled();
  expect(calls.begun).toEqual(["a", "b", "c", "d", "e"]);
  for (const name of calls.begun) calls.end(name);
  await Promise.all(all);
});

it("leaves the line when it is aborted, and takes nobody's place with it", async () => {
  const calls = createCalls();
  const abort = new AbortController();
  const first = calls.start("a", 1);
  const second = calls.start("b", 1, { signal: abort.signal });
  const third = calls.start("c", 1);
  const outcome = expect(second).rejects.toMatchObject({ code: "aborted" });
  abort.abort();
  await outcome;
  calls.end("a");
  calls.end("c");
  expect(await Promise.all([first, third])).toEqual(["a", "c"]);
  expect(calls.begun).toEqual(["a", "c"]);
  await expect(calls.start("d", 1, { signal: abort.signal })).rejects.toMatchObject({ code: "aborted" });
});

it("follows a bound that was changed, also for those who wait", async () => {
  const calls = createCalls();
  const all = ["a", "b", "c"].map((name) => calls.start(name, 1));
  await calls.settled();
  expect(calls.begun).toEqual(["a"]);
  all.push(calls.start("d", 3));
  await calls.settled();
  expect(calls.begun).toEqual(["a", "b", "c"]);
  all.push(calls.start("e", 1));
  calls.end("a");
  calls.end("b");
  await calls.settled();
  expect(calls.begun).toEqual(["a", "b", "c"]);
  calls.end("c");
  calls.end("d");
  calls.end("e");
  expect(await Promise.all(all)).toEqual(["a", "b", "c", "d", "e"]);
});
