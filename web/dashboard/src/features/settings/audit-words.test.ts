import { expect, test } from "vitest";
import { actorName, describeAction, toInstants } from "./audit-words.ts";

test.each([
  ["task.create", "Task: create"],
  ["modelProvider.test", "Model provider: test"],
  ["apiKey.revoke", "API key: revoke"],
  ["channel.rotate_secret", "Channel: rotate secret"],
])("%s reads %s", (action, words) => {
  expect(describeAction(action)).toBe(words);
});

test("an actor is named as far as one is known", () => {
  const names = new Map([
    ["mem_1", "Ada Novak"],
    ["key_1", "Webshop"],
  ]);
  expect(actorName({ kind: "member", id: "mem_1" }, names)).toBe("Ada Novak");
  expect(actorName({ kind: "member", id: "mem_2" }, names)).toBe("A former member");
  expect(actorName({ kind: "api_key", id: "key_1" }, names)).toBe("Webshop (API key)");
  expect(actorName({ kind: "api_key", id: "key_2" }, names)).toBe("An API key");
  expect(actorName({ kind: "system", id: null }, names)).toBe("Errand");
});

test("days are whole days of the zone, the last one included", () => {
  expect(toInstants({}, "UTC")).toEqual({});
  // The clocks change in the night to the 25th of October.
  expect(toInstants({ from: "2026-10-24", to: "2026-10-25" }, "Europe/Berlin")).toEqual({
    from: "2026-10-23T22:00:00.000Z",
    until: "2026-10-25T23:00:00.000Z",
  });
});
