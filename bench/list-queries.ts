import { toId } from "../src/base/ids.ts";
import { type Landmarks, seededWords } from "./list-seed.ts";

/** One way to ask a list. */
export interface ListQuery {
  list: "tasks" | "executions" | "contacts" | "conversations";
  /** In place of the query, which has ids in it. */
  name: string;
  query: Readonly<Record<string, string>>;
}

type Asked = readonly [name: string, query: Readonly<Record<string, string>>];

const hours = 3_600_000;

/** Every filter alone, pairs of those that go together, and words; `now` in milliseconds since 1970. */
export function listQueries(at: Landmarks, now: number): readonly ListQuery[] {
  const queries = { tasks: ofTasks(at, now), executions: ofExecutions(at, now), ...ofPeople(at) };
  return Object.entries(queries).flatMap(([list, asked]) =>
    [["no filter", {}] as Asked, ...asked].map(([name, query]) => ({
      list: list as ListQuery["list"],
      name,
      query,
    })),
  );
}

/** One for each value. */
function each(filter: string, values: readonly string[]): readonly Asked[] {
  return values.map((value) => [`${filter}=${value}`, { [filter]: value }]);
}

function words(): readonly Asked[] {
  return Object.entries(seededWords).map(([kind, word]) => [`q, ${kind}`, { q: word }]);
}

function pairs(first: Asked, others: readonly Asked[]): readonly Asked[] {
  return others.map(([name, query]) => [`${first[0]}, ${name}`, { ...first[1], ...query }]);
}

function ofTasks(at: Landmarks, now: number): readonly Asked[] {
  const instant = (inHours: number) => new Date(now + inHours * hours).toISOString();
  const busyAgent: Asked = ["busy agentId", { agentId: toId("agent", at.busyAgent) }];
  const quietAgent: Asked = ["quiet agentId", { agentId: toId("agent", at.quietAgent) }];
  const contact: Asked = ["contactId", { contactId: toId("contact", at.contact) }];
  const byNextRun: Asked = ["sort=nextRunAt", { sort: "nextRunAt" }];
  const recent = { include: "recentExecutions" };
  return [
    ...each("state", ["active", "paused", "auto_paused", "ended", "paused,auto_paused", "auto_paused,ended"]),
    busyAgent,
    quietAgent,
    contact,
    ["externalId", { externalId: "ext-1000" }],
    ...each("scheduled", ["true", "false"]),
    ...each("hasFailed", ["true", "false"]),
    ...each("lastStatus", ["completed", "failed", "canceled", "skipped"]),
    ...each("lastOutcome", ["goal_met", "message_sent", "no_action_needed", "handed_over", "blocked"]),
    ...each("lastOutcome", ["delivery_failed", "limit_reached", "none"]),
    byNextRun,
    ...pairs(byNextRun, [
      busyAgent,
      quietAgent,
      contact,
      ...each("lastOutcome", ["delivery_failed", "none"]),
    ]),
    ["recent executions", recent],
    ...pairs(["recent executions", recent], [busyAgent]),
    ["nextRunAfter", { nextRunAfter: instant(2) }],
    ["nextRunBefore, none", { nextRunBefore: instant(0) }],
    ["nextRun within an hour", { nextRunAfter: instant(5), nextRunBefore: instant(6) }],
    ["nextRun within 5 minutes", { nextRunAfter: instant(5), nextRunBefore: instant(5 + 1 / 12) }],
    ...words(),
    ...pairs(busyAgent, each("state", ["paused", "auto_paused", "paused,auto_paused"])),
    ...pairs(busyAgent, each("lastOutcome", ["delivery_failed"])),
    ...pairs(busyAgent, words()),
    ...pairs(["state=paused", { state: "paused" }], [...each("hasFailed", ["true"]), ...words()]),
  ];
}

function ofExecutions(at: Landmarks, now: number): readonly Asked[] {
  const instant = (daysAgo: number) => new Date(now - daysAgo * 24 * hours).toISOString();
  const busyAgent: Asked = ["busy agentId", { agentId: toId("agent", at.busyAgent) }];
  const busyTask: Asked = ["busy taskId", { taskId: toId("task", at.busyTask) }];
  const failed: Asked = ["status=failed", { status: "failed" }];
  return [
    busyTask,
    ["quiet taskId", { taskId: toId("task", at.quietTask) }],
    busyAgent,
    ["quiet agentId", { agentId: toId("agent", at.quietAgent) }],
    ["contactId", { contactId: toId("contact", at.contact) }],
    ["conversationId", { conversationId: toId("conversation", at.conversation) }],
    ...each("kind", ["task", "reply"]),
    ...each("status", ["queued", "running", "waiting", "completed", "failed", "canceled", "skipped"]),
    ...each("trigger", ["schedule", "manual", "api", "catch_up", "replay", "agent", "workflow"]),
    ...each("outcome", ["goal_met", "message_sent", "no_action_needed", "handed_over", "blocked"]),
    ...each("outcome", ["delivery_failed", "limit_reached", "none"]),
    ["from", { from: instant(60) }],
    ["to", { to: instant(10) }],
    ["from and to, a day", { from: instant(50), to: instant(49) }],
    ...words(),
    ["q, one contact's address", { q: "person100@" }],
    ...pairs(busyAgent, [failed, ...each("outcome", ["delivery_failed"]), ...words()]),
    ...pairs(busyTask, [failed, ...each("outcome", ["delivery_failed"])]),
    ...pairs(failed, [...each("trigger", ["replay"]), ...each("kind", ["reply"]), ...words()]),
    ["status=failed, a day", { status: "failed", from: instant(50), to: instant(49) }],
  ];
}

function ofPeople(at: Landmarks): Readonly<Record<"contacts" | "conversations", readonly Asked[]>> {
  const names: readonly Asked[] = [
    ["q, frequent", { q: "anna" }],
    ["q, rare", { q: "person100@" }],
    ["q, absent", { q: seededWords.absent }],
  ];
  const conversations: readonly Asked[] = [
    ...names,
    ["contactId", { contactId: toId("contact", at.contact) }],
    ["channelId", { channelId: toId("channel", at.channel) }],
    ...each("status", ["open", "closed"]),
    ...each("controller", ["agent", "human", "none"]),
    ...each("sessionLive", ["true", "false"]),
  ];
  const byLastMessage: Asked = ["sort=lastMessageAt", { sort: "lastMessageAt" }];
  return {
    contacts: [
      ...names,
      ["tag", { tag: "trial" }],
      ["language", { language: "de" }],
      ["email", { email: "person100@example.com" }],
      ["externalId", { externalId: "crm-100" }],
      ...each("optedOut", ["true", "false"]),
    ],
    conversations: [
      ...conversations,
      byLastMessage,
      ...pairs(byLastMessage, conversations),
      ...pairs(byLastMessage, [
        ["status=open, controller=human", { status: "open", controller: "human" }],
        ["channelId, status=closed", { channelId: toId("channel", at.channel), status: "closed" }],
      ]),
    ],
  };
}
