import { z } from "zod";
import { externalId, idOf, idOut, instantOut, meta, metaOut, text } from "../base/schemas.ts";
import { executionStatuses, outcomes, reasonOut } from "../engine/index.ts";
import { scheduleSchema } from "./schedule/index.ts";
import { taskStates } from "./task.ts";

const longestSessionSeconds = 30 * 86_400;

function wholeNumber(least: number, most: number) {
  const error = `must be a whole number between ${least} and ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

const maxCostUsd = z
  .string()
  .refine((value) => /^\d{1,8}(\.\d{1,6})?$/.test(value) && Number(value) > 0, {
    error: 'must be more than 0 and at most 99999999.999999 US dollars, as a decimal string such as "0.50"',
    params: { code: "out_of_range" },
  })
  .meta({ description: "US dollars of model calls; absent = no limit", example: "0.50" });

const limits = z
  .strictObject({
    maxIterations: wholeNumber(10, 100_000)
      .nullish()
      .meta({ description: "Model calls, 10 to 100000; default 1000" }),
    maxTimeSeconds: wholeNumber(900, 86_400)
      .nullish()
      .meta({ description: "Running time without waits, 900 to 86400 seconds; default 900" }),
    maxToolCalls: wholeNumber(1, 100_000)
      .nullish()
      .meta({ description: "Tool calls, 1 to 100000; default 10000" }),
    maxCostUsd: maxCostUsd.nullish(),
  })
  .meta({ description: "Bounds of one execution. Null takes a limit back to its default." });

const name = text({ min: 1, max: 200 }).meta({ description: "What people call the task" });
const description = text({ min: 1, max: 20_000 }).meta({ description: "The instruction to the agent" });

const optional = {
  agentId: idOf("agent").nullish().meta({
    description: "Who does it. Null: the workspace's default agent, whichever that is when it runs",
  }),
  contactId: idOf("contact").nullish().meta({ description: "Whom it is about. Null: nobody in particular" }),
  channelId: idOf("channel").nullish().meta({
    description:
      "Where to write to the contact. Null: at each run the contact's most recently used channel, else one it has an address on, else the only connected web channel",
  }),
  schedule: scheduleSchema.nullish().meta({ description: "When it runs. Null: only on demand" }),
  sessionDurationSeconds: wholeNumber(0, longestSessionSeconds).optional().meta({
    description:
      "How long the agent goes on answering in the conversation that the task opened, and how long later runs reuse it; 0 to 2592000, default 86400. 0: it does not answer, and every run opens a conversation afresh",
  }),
  limits: limits.optional(),
  meta: meta.optional(),
  externalId: externalId.nullish(),
};

export const newTask = z.strictObject({ name, description, ...optional });
export const taskChanges = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  ...optional,
});

export const pauseBody = z
  .strictObject({
    note: text({ min: 1, max: 500 })
      .optional()
      .meta({ description: "Why, for colleagues", example: "On holiday" }),
  })
  .optional();
export const noBody = z.strictObject({}).optional();

const lastExecutionOut = z.object({
  id: idOut("execution"),
  status: z.enum(executionStatuses),
  outcome: z.enum(outcomes).nullable(),
  completedAt: instantOut.nullable(),
  summary: z.string().nullable(),
});

export const taskOut = z
  .object({
    id: idOut("task"),
    name: z.string(),
    description: z.string(),
    agentId: idOut("agent").nullable(),
    contactId: idOut("contact").nullable(),
    channelId: idOut("channel").nullable(),
    schedule: scheduleSchema.nullable(),
    scheduleDescription: z.string().nullable().meta({ description: "The schedule in words" }),
    sessionDurationSeconds: z.int(),
    limits: z
      .object({
        maxIterations: z.int(),
        maxTimeSeconds: z.int(),
        maxToolCalls: z.int(),
        maxCostUsd: z.string().nullable(),
      })
      .meta({ description: "The limits that hold, defaults included" }),
    meta: metaOut,
    externalId: z.string().nullable(),
    state: z.enum(taskStates),
    stateReason: reasonOut.meta({ description: "Why it is in this state; null while active" }),
    running: z.int().meta({ description: "Executions that are queued, running or waiting" }),
    lastExecution: lastExecutionOut.nullable().meta({ description: "The execution that ended last" }),
    lastRunAt: instantOut.nullable(),
    nextRunAt: instantOut.nullable(),
    demo: z.boolean().meta({ description: "True for what the demo made" }),
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Task" });

/** A task as the API shows it. */
export type TaskOut = z.input<typeof taskOut>;

export const exampleBody = {
  name: "Morning check-in",
  description: "Ask how the first week went and offer help with the set-up.",
  contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
  schedule: { kind: "daily", timezone: "Europe/Berlin", time: "09:00" },
  sessionDurationSeconds: 3_600,
} as const;

export const exampleTask: TaskOut = {
  id: "task_01k3v8q5x8e7arf4s2m6t9c0wd",
  ...exampleBody,
  agentId: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
  channelId: null,
  scheduleDescription: "Every day at 09:00, Europe/Berlin time",
  limits: { maxIterations: 1_000, maxTimeSeconds: 900, maxToolCalls: 10_000, maxCostUsd: null },
  meta: {},
  externalId: null,
  state: "active",
  stateReason: null,
  running: 0,
  lastExecution: {
    id: "exec_01k3v8q5x8e7arf4s2m6t9c0wd",
    status: "completed",
    outcome: "message_sent",
    completedAt: "2027-03-01T08:00:04.120Z",
    summary: "Asked Anna how her first week went.",
  },
  lastRunAt: "2027-03-01T08:00:00.310Z",
  nextRunAt: "2027-03-02T08:00:00.000Z",
  demo: false,
  createdAt: "2027-02-28T15:20:11.004Z",
  updatedAt: "2027-02-28T15:20:11.004Z",
};
