import { z } from "zod";
import {
  externalId,
  idOf,
  idOut,
  instantOut,
  meta,
  metaOut,
  text,
  usd,
  wholeNumber,
} from "../base/schemas.ts";
import { executionStatuses, outcomes, reasonOut } from "../engine/index.ts";
import { audienceFilter, isFastEnough, slowPace } from "./audience/index.ts";
import { endWhen } from "./goals/schema.ts";
import { scheduleSchema } from "./schedule/index.ts";
import { blockedChoices, goals, mayWriteToChoices, purposes, taskStates } from "./task.ts";

const thirtyDays = 30 * 86_400;
const mostContacts = 100_000;
const mostPerMinute = 10_000;

const misfires = ["skip", "run_once", "run_all"] as const;
const overlaps = ["skip", "queue_one", "cancel_previous", "allow"] as const;

/** An instant in a request: ISO 8601 with an offset, as a Date. */
export const instantIn = z.iso
  .datetime({
    offset: true,
    error: "must be an ISO 8601 instant with an offset or Z, such as 2027-03-01T09:00:00Z",
  })
  .transform((value) => new Date(value));

const policies = z
  .strictObject({
    misfire: z.enum(misfires).nullish().meta({
      description:
        "Runs that no scheduler came to in time. `skip`: none is made up for; `run_once` (default): the newest; `run_all`: the newest 100 at most",
    }),
    catchUpWindowSeconds: wholeNumber(0, thirtyDays).nullish().meta({
      description: "A missed run older than this is not made up for; 0 to 2592000 seconds, default 3600",
    }),
    overlap: z.enum(overlaps).nullish().meta({
      description:
        "A run that is due while an earlier one has not ended. `skip` (default): it is recorded as skipped; `queue_one`: it waits for the end of the earlier one, if no other waits; `cancel_previous`: the earlier one is cancelled, and its held messages are withdrawn; `allow`: both run",
    }),
    autoPauseAfterFailures: wholeNumber(0, 1_000).nullish().meta({
      description:
        "Scheduled runs that may fail in a row before the task pauses itself; default 5, 0: any number",
    }),
  })
  .meta({
    description: "What becomes of runs that are late, overlap or fail. Null takes one back to its default.",
  });

const audience = z
  .strictObject({
    filter: audienceFilter,
    maxContactsPerRun: wholeNumber(1, mostContacts).default(1_000).meta({
      description: "Contacts of one run at most, 1 to 100000; default 1000",
    }),
    pacePerMinute: wholeNumber(1, mostPerMinute).nullable().default(null).meta({
      description: "Executions that begin in a minute, 1 to 10000; null: as fast as it goes",
    }),
  })
  .refine(isFastEnough, {
    error: slowPace,
    path: ["pacePerMinute"],
    params: { code: "pace_too_slow" },
  })
  .meta({
    description: "Contacts instead of one contact: each run makes one execution for each that matches",
    example: { filter: { tag: "trial" }, maxContactsPerRun: 500, pacePerMinute: 60 },
  });

const limits = z
  .strictObject({
    maxIterations: wholeNumber(10, 100_000)
      .nullish()
      .meta({ description: "Model calls, 10 to 100000; absent = the agent's, else 1000" }),
    maxTimeSeconds: wholeNumber(900, 86_400)
      .nullish()
      .meta({ description: "Running time without waits, 900 to 86400 seconds; default 900" }),
    maxToolCalls: wholeNumber(1, 100_000)
      .nullish()
      .meta({ description: "Tool calls, 1 to 100000; absent = the agent's, else 10000" }),
    maxCostUsd: usd.nullish().meta({
      description: "US dollars of model calls; absent = the agent's, else no limit",
      example: "0.50",
    }),
  })
  .meta({ description: "Bounds of one execution. Null takes a limit back to its default." });

const name = text({ min: 1, max: 200 }).meta({ description: "What people call the task" });
const description = text({ min: 1, max: 20_000 }).meta({ description: "The instruction to the agent" });

const optional = {
  agentId: idOf("agent").nullish().meta({
    description: "Who does it. Null: the workspace's default agent, whichever that is when it runs",
  }),
  contactId: idOf("contact").nullish().meta({ description: "Whom it is about. Null: nobody in particular" }),
  audience: audience.nullish(),
  mayWriteTo: z.enum(mayWriteToChoices).optional().meta({
    description:
      "`contact` (default): only to the contact that the execution is about. `any`: one without a contact may look contacts up and write to them",
  }),
  conversationId: idOf("conversation").nullish().meta({
    description:
      "The contact's conversation to write in while it is open; after that another one with the same contact on the same channel. Null: the open one on the channel, or a new one",
  }),
  channelId: idOf("channel").nullish().meta({
    description:
      "Where to write to the contact. Null: at each run the contact's most recently used channel, else one it has an address on, else the only connected web channel",
  }),
  schedule: scheduleSchema.nullish().meta({ description: "When it runs. Null: only on demand" }),
  policies: policies.nullish(),
  sessionDurationSeconds: wholeNumber(0, thirtyDays).optional().meta({
    description:
      "How long the agent goes on answering in the conversation that the task opened, and how long later runs reuse it; 0 to 2592000, default 86400. 0: it does not answer, and every run opens a conversation afresh",
  }),
  limits: limits.optional(),
  purpose: z.enum(purposes).optional().meta({ description: "What its messages are for; default `service`" }),
  whenBlocked: z.enum(blockedChoices).optional().meta({
    description:
      "A message that the gate refuses for now. `hold` (default): it waits for at most 24 hours; `drop`: it is not sent",
  }),
  endWhen: endWhen.optional(),
  expiresAt: instantIn.nullish().meta({
    description: "When the task ends whatever its schedule says; what is under way then goes on",
    example: "2027-12-31T22:59:00Z",
  }),
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

const recentExecutionOut = z.object({
  id: idOut("execution"),
  status: z.enum(executionStatuses),
  outcome: z.enum(outcomes).nullable(),
  reason: reasonOut,
  queuedAt: instantOut,
  completedAt: instantOut.nullable(),
});

export const taskOut = z
  .object({
    id: idOut("task"),
    name: z.string(),
    description: z.string(),
    agentId: idOut("agent").nullable(),
    contactId: idOut("contact").nullable(),
    audience: z
      .object({
        filter: audienceFilter,
        maxContactsPerRun: z.int(),
        pacePerMinute: z.int().nullable(),
      })
      .nullable(),
    mayWriteTo: z.enum(mayWriteToChoices),
    conversationId: idOut("conversation").nullable(),
    channelId: idOut("channel").nullable(),
    schedule: scheduleSchema.nullable(),
    scheduleDescription: z.string().nullable().meta({ description: "The schedule in words" }),
    policies: z
      .object({
        misfire: z.enum(misfires),
        catchUpWindowSeconds: z.int(),
        overlap: z.enum(overlaps),
        autoPauseAfterFailures: z.int(),
      })
      .meta({ description: "The policies that hold, defaults included" }),
    sessionDurationSeconds: z.int(),
    limits: z
      .object({
        maxIterations: z.int(),
        maxTimeSeconds: z.int(),
        maxToolCalls: z.int(),
        maxCostUsd: z.string().nullable(),
      })
      .meta({
        description:
          "The task's own, else the defaults. Where it has none of its own, the agent's `limits` go before the default",
      }),
    purpose: z.enum(purposes),
    whenBlocked: z.enum(blockedChoices),
    endWhen: z.array(z.enum(goals)),
    expiresAt: instantOut.nullable(),
    meta: metaOut,
    externalId: z.string().nullable(),
    state: z.enum(taskStates),
    stateReason: reasonOut.meta({ description: "Why it is in this state; null while active" }),
    running: z.int().meta({ description: "Executions that are queued, running or waiting" }),
    lastExecution: lastExecutionOut.nullable().meta({ description: "The execution that ended last" }),
    recentExecutions: z.array(recentExecutionOut).optional().meta({
      description:
        "The newest ten, newest first, skipped ones among them. In a list only with `include=recentExecutions`",
    }),
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
  policies: { misfire: "skip" },
  sessionDurationSeconds: 3_600,
} as const;

export const exampleTask: TaskOut = {
  id: "task_01k3v8q5x8e7arf4s2m6t9c0wd",
  ...exampleBody,
  audience: null,
  mayWriteTo: "contact",
  conversationId: null,
  policies: { misfire: "skip", catchUpWindowSeconds: 3_600, overlap: "skip", autoPauseAfterFailures: 5 },
  purpose: "service",
  whenBlocked: "hold",
  endWhen: [],
  expiresAt: null,
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
  recentExecutions: [
    {
      id: "exec_01k3v8q5x8e7arf4s2m6t9c0wd",
      status: "completed",
      outcome: "message_sent",
      reason: null,
      queuedAt: "2027-03-01T08:00:00.120Z",
      completedAt: "2027-03-01T08:00:04.120Z",
    },
  ],
  lastRunAt: "2027-03-01T08:00:00.310Z",
  nextRunAt: "2027-03-02T08:00:00.000Z",
  demo: false,
  createdAt: "2027-02-28T15:20:11.004Z",
  updatedAt: "2027-02-28T15:20:11.004Z",
};
