import { expect, test } from "vitest";
import { actorName, describeAction } from "./audit-words.ts";

test.each([
  ["task.create", "Task: create"],
  ["modelProvider.test", "Model provider: test"],
  ["api_key.revoke", "Api key: revoke"],
  ["task.auto_pause", "Task: auto pause"],
])("%s reads %s", (action, words) => {
  expect(describeAction(action)).toBe(words);
});

test("an actor is named as far as one is known", () => {
  const names = new Map([["mem_1", "Ada Novak"]]);
  expect(actorName({ kind: "member", id: "mem_1" }, names)).toBe("Ada Novak");
  expect(actorName({ kind: "member", id: "mem_2" }, names)).toBe("A former member");
  expect(actorName({ kind: "api_key", id: "key_1" }, names)).toBe("An API key");
  expect(actorName({ kind: "system", id: null }, names)).toBe("Errand");
});
