import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { covers } from "../../../session/rules.ts";
import { findMend as findMendFor, isKnownReason, isMendedByReplay, missedCountOf } from "./reason-rules.ts";

const task = {
  kind: "task",
  taskId: "task_1",
  agentId: "agent_1",
  contactId: "contact_1",
  conversationIds: ["conv_1", "conv_2"],
  isFrozen: false,
};
const reply = { ...task, kind: "reply", taskId: null };
const bare = { ...reply, agentId: null, contactId: null, conversationIds: [] };

/** Where the reasons of executions come from. */
const sources = join(import.meta.dirname, "../../../../../../src");
const places = [
  "engine",
  "tasks",
  "usage",
  "agents/reply.ts",
  "agents/loop",
  "conversations/answering.ts",
  "conversations/gate",
  "conversations/held",
  "conversations/send.ts",
];
/** Answers to requests, to the agent in a step, and warnings: no execution ends with them. */
const ofOthers = new Set([
  "cron_invalid",
  "cron_too_fine",
  "custom",
  "execution_not_ended",
  "execution_not_replayable",
  "failures",
  "invalid_arguments",
  "local_time_shifts",
  "repeated_hour_runs_twice",
  "repeated_time_runs_once",
  "replay_would_repeat_messages",
  "short_month_last_day",
  "skipped_hour_no_run",
  "skipped_time_moved",
  "task_deleted",
  "unknown_tool",
]);

function filesOf(path: string): readonly string[] {
  if (path.endsWith(".ts")) return [path];
  return readdirSync(join(sources, path), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.includes(".test"))
    .map((name) => join(path, name));
}

/** Every `{ code: "…", message` or `reasonCode: "…"`; what names a field's path is an answer to a request. */
function codesIn(text: string): readonly string[] {
  const plain = text.replaceAll(/path(: "[^"]*")?,\s*code: "[a-z_]+"/g, "");
  const found = plain.matchAll(/\{\s*code: "([a-z_]+)",\s*(message|when)\b|reasonCode: "([a-z_]+)"/g);
  return [...found].map((match) => match[1] ?? match[3] ?? "");
}

describe("the reasons of executions", () => {
  const codes = new Set(
    places.flatMap(filesOf).flatMap((path) => codesIn(readFileSync(join(sources, path), "utf8"))),
  );

  it("are found in the sources", () => {
    for (const code of ["budget", "overlap", "missed", "agent_disabled", "crash_loop", "workspace_frozen"])
      expect(codes).toContain(code);
  });

  it("have a place in the table each", () => {
    expect([...codes].filter((code) => !isKnownReason(code) && !ofOthers.has(code))).toEqual([]);
  });

  it("are not those of others any more where nothing answers them", () => {
    expect([...ofOthers].filter((code) => !codes.has(code))).toEqual([]);
  });

  it("of models are those that the API has", () => {
    const text = readFileSync(join(sources, "agents/models/errors.ts"), "utf8");
    const names = [...text.matchAll(/^ {2}\| "([a-z_]+)"/gm)].map((match) => `model_${match[1]}`);
    expect(names).toContain("model_unauthorized");
    expect(names.filter((code) => !isKnownReason(code))).toEqual([]);
  });
});

const findMend = (code: string, subject: typeof task | typeof reply | typeof bare) =>
  findMendFor(code, subject, (scope) => covers("owner", scope));

describe("what mends a reason", () => {
  it.each([
    ["budget", task, "/settings/budgets"],
    ["model_unauthorized", reply, "/settings/model-providers"],
    ["agent_disabled", task, "/agents/$agentId"],
    ["agent_disabled", bare, "/agents"],
    ["max_time", task, "/tasks/$taskId/edit"],
    ["max_time", reply, "/agents/$agentId"],
    ["overlap", task, "/tasks/$taskId/edit"],
    ["paused", task, "/tasks/$taskId"],
    ["contact_opted_out", task, "/contacts/$contactId"],
    ["human_in_control", reply, "/conversations/$conversationId"],
    ["may_not_write_first", reply, "/channels"],
    ["model_something_new", reply, "/settings/model-providers"],
    ["something_new", task, "/tasks/$taskId"],
    ["something_new", reply, "/conversations/$conversationId"],
  ])("%s leads to a page", (code, subject, to) => {
    expect(findMend(code, subject)).toMatchObject({ kind: "link", link: { to } });
  });

  it("is the newest of several conversations", () => {
    expect(findMend("message_held", task)).toMatchObject({
      link: { params: { conversationId: "conv_2" } },
    });
  });

  it("is to unfreeze the workspace while it is frozen, for whom may", () => {
    const frozen = { ...task, isFrozen: true };
    for (const code of ["message_held", "workspace_frozen"])
      expect(findMend(code, frozen)).toMatchObject({ kind: "unfreeze", label: "Unfreeze" });
    expect(findMend("workspace_frozen", task)).toBeUndefined();
    const operator = findMendFor("message_held", frozen, (scope) => covers("operator", scope));
    expect(operator).toMatchObject({ label: "Open conversation" });
  });

  it("is to run a task again where nothing else helps; a reply belongs to its moment", () => {
    expect(findMend("crash_loop", task)).toMatchObject({ kind: "replay", label: "Run again" });
    expect(findMend("crash_loop", reply)).toBeUndefined();
  });

  it.each([
    ["viewer", "budget", undefined],
    ["operator", "budget", undefined],
    ["admin", "budget", "/settings/budgets"],
    ["viewer", "max_time", undefined],
    ["operator", "max_time", "/tasks/$taskId/edit"],
    ["viewer", "agent_disabled", undefined],
    ["viewer", "crash_loop", undefined],
    // What is only looked at is for everybody, and stands in for what is not.
    ["viewer", "message_held", "/conversations/$conversationId"],
    ["viewer", "may_not_write_first", "/channels"],
  ] as const)("is offered to whose role allows it: %s, %s", (role, code, to) => {
    const mend = findMendFor(code, task, (scope) => covers(role, scope));
    expect(mend?.kind === "link" ? mend.link.to : mend).toBe(to);
  });

  it("is nothing where there is nothing to mend or nowhere to go", () => {
    expect(findMend("outcome_overruled", task)).toBeUndefined();
    expect(findMend("something_new", bare)).toBeUndefined();
    expect(findMend("contact_opted_out", bare)).toBeUndefined();
  });
});

it("runs again by one button: the one beside the reason where that mends it", () => {
  const owner = (scope: Parameters<typeof covers>[1]) => covers("owner", scope);
  const canceled = { code: "canceled", message: "Cancelled by Ada." };
  expect(isMendedByReplay({ ...task, reason: canceled }, owner)).toBe(true);
  expect(isMendedByReplay({ ...reply, reason: canceled }, owner)).toBe(false);
  expect(isMendedByReplay({ ...task, reason: { code: "budget", message: "None left." } }, owner)).toBe(false);
  expect(isMendedByReplay({ ...task, reason: null }, owner)).toBe(false);
});

it("a row says for how many runs it stands", () => {
  expect(missedCountOf({ missedCount: null })).toBeUndefined();
  expect(missedCountOf({ missedCount: 1 })).toEqual({ count: 1, words: "1 run" });
  expect(missedCountOf({ missedCount: 1_200 })).toEqual({ count: 1_200, words: "1,200 runs" });
});
