import { makeOfKind } from "../access/objects.ts";
import type { TestApp, TestWorkspace } from "../app.ts";

type Body = Readonly<Record<string, unknown>>;
export type Make = (app: TestApp, workspace: TestWorkspace) => Promise<readonly Body[]>;

const timezone = "Europe/Berlin";

const schedules: readonly Body[] = [
  { kind: "once", timezone, at: "2027-03-28T02:30", jitterSeconds: 5 },
  {
    kind: "hourly",
    timezone,
    minute: 5,
    startsAt: "2027-01-01T00:00",
    endsAt: "2090-01-01T00:00",
    maxRuns: 5,
  },
  { kind: "daily", timezone, time: "09:00", everyDays: 3 },
  { kind: "weekly", timezone, weekdays: ["monday"], time: "09:00", everyWeeks: 2 },
  { kind: "monthly", timezone, day: 31, time: "09:00" },
  { kind: "cron", timezone, cron: "0 9 * * MON" },
  { kind: "every", seconds: 3_600, startsAt: "2027-01-01T00:00Z", endsAt: "2090-01-01T00:00Z" },
  { kind: "relative", timezone, attribute: "bought", offsetSeconds: 5, time: "09:00" },
];

const moments = { before: "2090-01-01", after: "2026-01-01T00:00:00Z" };

const filters: readonly Body[] = [
  { all: [{ tag: "a" }, { not: { tag: "b" } }] },
  { any: [{ field: { name: "email", equals: "anna@example.com", exists: true } }] },
  { attribute: { name: "a", equals: "x", in: ["a", 1, true], exists: true, contains: "x", ...moments } },
  { attribute: { name: "a", greaterThan: 5, lessThan: 9 } },
  { memory: { key: "k", exists: true, equals: "x" } },
  { lastActivity: { withinSeconds: 5, ...moments } },
];

const policies = { misfire: "skip", catchUpWindowSeconds: 5, overlap: "skip", autoPauseAfterFailures: 1 };
const taskLimits = { maxIterations: 10, maxTimeSeconds: 900, maxToolCalls: 1, maxCostUsd: "1.00" };

const makeTasks: Make = async (app, workspace) => {
  const agentId = await makeOfKind(app, workspace, "agent");
  const contactId = await makeOfKind(app, workspace, "contact");
  const channelId = await makeOfKind(app, workspace, "channel");
  const task = { name: "Check-in", description: "Say hello.", agentId, channelId };
  const audience = { maxContactsPerRun: 10, pacePerMinute: 10 };
  return [
    ...schedules.map((schedule) => ({ ...task, contactId, audience: null, schedule })),
    ...filters.map((filter) => ({
      ...task,
      contactId: null,
      audience: { ...audience, filter },
      schedule: null,
    })),
    {
      ...task,
      ...{ contactId: null, audience: null, schedule: null, policies, limits: taskLimits },
      ...{ sessionDurationSeconds: 60, purpose: "marketing", whenBlocked: "drop", mayWriteTo: "any" },
      ...{ endWhen: ["goal_met"], expiresAt: "2090-01-01T00:00:00Z", meta: { a: 1 } },
    },
  ];
};

const makeAgents: Make = async (app, workspace) => {
  const toolIds = [await makeOfKind(app, workspace, "tool")];
  const knowledgeIds = [await makeOfKind(app, workspace, "knowledge")];
  const modelProviderId = await makeOfKind(app, workspace, "modelProvider");
  return [
    {
      ...{ name: "Mia", instructions: "Be brief.", modelProviderId, model: "sandbox", guidance: "Smile." },
      ...{ temperature: 1, maxOutputTokens: 100, language: "en", toolIds, knowledgeIds },
      ...{ limits: { maxIterations: 10, maxTimeSeconds: 900, maxToolCalls: 1, maxCostUsd: "1.00" } },
      ...{ dailyCostUsd: "1.00", monthlyCostUsd: "2.00", enabled: true, isDefault: false, meta: { a: 1 } },
    },
  ];
};

const makeTrials: Make = async (app, workspace) => {
  const [agent] = await makeAgents(app, workspace);
  const contactId = await makeOfKind(app, workspace, "contact");
  const messages = [{ role: "contact", text: "Where is my order?" }];
  const task = { name: "Reminder", description: "Remind them." };
  return [
    { agent, contactId, messages, task: null },
    { agent, contactId: null, messages, task },
  ];
};

const inputSchema = { type: "object", properties: { orderId: { type: "string" } } };
const tool = {
  ...{
    description: "Looks up an order.",
    method: "POST",
    url: "https://shop.example.com/orders/{{input.orderId}}",
  },
  ...{
    headers: { "x-shop": "main" },
    query: { locale: "en" },
    body: { a: ["{{input.orderId}}"] },
    inputSchema,
  },
  ...{ timeoutSeconds: 5, idempotent: true, meta: { a: 1 } },
};
const makeTools: Make = async () => [
  { ...tool, name: "basic_tool", auth: { kind: "basic", username: "shop", secret: "secret" } },
  { ...tool, name: "header_tool", auth: { kind: "header", headerName: "x-key", secret: "secret" } },
];

const makeProviders: Make = async () => [
  {
    name: "Local",
    kind: "openai_compatible",
    baseUrl: "https://llm.example.com/v1",
    apiKey: "sk-0123456789",
  },
  { name: "Sandbox", kind: "sandbox", maxConcurrent: 3 },
];

/** Bodies with more than the example of the document has: by operation, each of them accepted as it stands. */
export const fullBodies: Readonly<Record<string, Make>> = {
  "POST /v1/tasks": makeTasks,
  "POST /v1/schedules/preview": async () =>
    schedules.map((schedule) => ({ schedule, from: "2026-12-01T00:00:00Z", count: 3 })),
  "POST /v1/agents": makeAgents,
  "POST /v1/agents/test": makeTrials,
  "POST /v1/tools": makeTools,
  "POST /v1/model-providers": makeProviders,
  "PATCH /v1/model-providers/{modelProviderId}": async () => [{ name: "Other", maxConcurrent: 2 }],
};
