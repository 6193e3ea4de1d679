import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AuditEntry } from "../../api/generated/model";
import {
  actorName,
  describeAction,
  describeChanges,
  isActionOf,
  listActions,
  listKinds,
  nameInChanges,
  toInstants,
} from "./audit-words.ts";

test.each([
  ["task.create", "Task created"],
  ["model_provider.update", "Model provider changed"],
  ["apiKey.revoke", "API key revoked"],
  ["channel.rotate_secret", "Channel’s secret replaced"],
  ["todo.mark_done", "Todo: mark done"],
])("%s reads %s", (action, words) => {
  expect(describeAction(action)).toBe(words);
});

const sources = join(import.meta.dirname, "../../../../../src");

/** What is announced to members or on streams, under names of the same form. */
const noActions = new Set([
  ...["conversation.waits_for_person", "task.auto_paused", "task.recovered", "task.schedule_failed"],
]);

test("every action that is recorded can be chosen, and nothing else", () => {
  const kinds = [
    ...listKinds(undefined).map(({ value }) => value),
    "model_provider",
    "contact_memory",
    "demo",
  ];
  const pattern = new RegExp(`"((?:${kinds.join("|")})\\.[a-z_]+)"`, "g");
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !/\.test|generated/.test(name),
  );
  const recorded = new Set(
    files.flatMap((name) =>
      [...readFileSync(join(sources, name), "utf8").matchAll(pattern)].map(([, action = ""]) => action),
    ),
  );
  const known = listActions(undefined, undefined).map(({ value }) => value);
  expect([...recorded].filter((action) => !noActions.has(action)).toSorted()).toEqual(known.toSorted());
});

test("actions are those of the kind that is chosen; what the address names is there in any case", () => {
  expect(listActions("apiKey", undefined).map(({ label }) => label)).toEqual([
    ...["API key created", "API key revoked"],
  ]);
  expect(listActions("apiKey", "todo.resolve").at(-1)).toEqual({
    value: "todo.resolve",
    label: "Todo: resolve",
  });
  expect(listKinds("todo").at(-1)).toEqual({ value: "todo", label: "Todo" });
  expect(listKinds("task")).toHaveLength(listKinds(undefined).length);
  expect([isActionOf("task.pause", "task"), isActionOf("task.pause", "agent")]).toEqual([true, false]);
});

test("what was changed is told in words", () => {
  const changes: AuditEntry["changes"] = {
    name: ["A", "B"],
    defaultAgentId: [null, "agent_1"],
    sessionDurationSeconds: [0, 60],
  };
  expect(describeChanges({ action: "task.update", changes })).toBe("name, default agent, session duration");
  const imported: AuditEntry["changes"] = {
    created: [null, 1_200],
    updated: [null, 0],
    unchanged: [null, 3],
    failed: [null, 1],
  };
  const entry = { action: "contact.import", changes: imported };
  expect(describeChanges(entry)).toBe("1,200 created, 3 unchanged, 1 failed");
  expect(describeChanges({ ...entry, changes: {} })).toBe("No contact");
});

test("an object has the name that the entry tells", () => {
  expect(nameInChanges({ name: ["Website", "Shop"] })).toBe("Shop");
  expect(nameInChanges({ name: ["Website", null] })).toBe("Website");
  expect(nameInChanges({ email: [null, "ada@example.com"] })).toBe("ada@example.com");
  expect(nameInChanges({ role: ["viewer", "admin"] })).toBeUndefined();
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
