import type { ContactFilter, CreateTaskBody, Task, UpdateTaskBody } from "../../../api/generated/model";
import { type DurationValue, toDuration, toSeconds } from "../../../components/form/duration.ts";
import { toInstant, toLocal } from "../../../components/local-time.ts";
import { emptySchedule, type ScheduleForm, toSchedule, toScheduleForm } from "../schedule/rules.ts";
import { type FilterForm, toFilter, toFilterForm } from "./audience-rules.ts";

/** A task as the form has it, and as the API has it. Pure. Fields are named as in the API, so that faults find them. */

export type Whom = "nobody" | "contact" | "audience";
type Count = number | string;

export interface TaskForm {
  readonly name: string;
  readonly description: string;
  readonly agentId: string | null;
  readonly whom: Whom;
  readonly contactId: string | null;
  readonly audience: {
    readonly filter: FilterForm;
    readonly maxContactsPerRun: Count;
    readonly pacePerMinute: Count;
  };
  readonly mayWriteTo: Task["mayWriteTo"];
  readonly channelId: string | null;
  readonly conversationId: string;
  readonly schedule: ScheduleForm;
  readonly policies: {
    readonly misfire: Task["policies"]["misfire"];
    readonly catchUpWindowSeconds: DurationValue;
    readonly overlap: Task["policies"]["overlap"];
    readonly autoPauseAfterFailures: Count;
  };
  /** Empty: the default, which may be the agent's. */
  readonly limits: {
    readonly maxIterations: Count;
    readonly maxTimeSeconds: DurationValue;
    readonly maxToolCalls: Count;
    readonly maxCostUsd: string;
  };
  readonly sessionDurationSeconds: DurationValue;
  readonly purpose: Task["purpose"];
  readonly whenBlocked: Task["whenBlocked"];
  readonly endWhen: Task["endWhen"];
  /** Local time in the reader's zone. */
  readonly expiresAt: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly externalId: string;
}

export interface Zones {
  /** In which a new schedule is. */
  readonly workspace: string;
  /** In which the member reads times. */
  readonly reader: string;
}

export const defaultLimits = { maxIterations: 1_000, maxTimeSeconds: 900, maxToolCalls: 10_000 } as const;

interface Preset {
  readonly agentId?: string | undefined;
  readonly contactId?: string | undefined;
}

export function emptyTask(zones: Zones, { agentId, contactId }: Preset = {}): TaskForm {
  return {
    name: "",
    description: "",
    agentId: agentId ?? null,
    whom: contactId === undefined ? "nobody" : "contact",
    contactId: contactId ?? null,
    audience: { filter: toFilterForm({ all: [] }), maxContactsPerRun: 1_000, pacePerMinute: "" },
    mayWriteTo: "contact",
    channelId: null,
    conversationId: "",
    schedule: emptySchedule(zones.workspace),
    policies: {
      misfire: "run_once",
      catchUpWindowSeconds: toDuration(3_600, "hours"),
      overlap: "skip",
      autoPauseAfterFailures: 5,
    },
    limits: {
      maxIterations: "",
      maxTimeSeconds: toDuration(null, "minutes"),
      maxToolCalls: "",
      maxCostUsd: "",
    },
    sessionDurationSeconds: toDuration(86_400, "hours"),
    purpose: "service",
    whenBlocked: "hold",
    endWhen: [],
    expiresAt: "",
    meta: {},
    externalId: "",
  };
}

export function toForm(task: Task, zones: Zones): TaskForm {
  const empty = emptyTask(zones);
  return {
    name: task.name,
    description: task.description,
    agentId: task.agentId,
    whom: whomOf(task),
    contactId: task.contactId,
    audience:
      task.audience === null
        ? empty.audience
        : {
            filter: toFilterForm(task.audience.filter),
            maxContactsPerRun: task.audience.maxContactsPerRun,
            pacePerMinute: task.audience.pacePerMinute ?? "",
          },
    mayWriteTo: task.mayWriteTo,
    channelId: task.channelId,
    conversationId: task.conversationId ?? "",
    schedule: toScheduleForm(task.schedule, zones.workspace),
    policies: {
      misfire: task.policies.misfire,
      catchUpWindowSeconds: toDuration(task.policies.catchUpWindowSeconds, "hours"),
      overlap: task.policies.overlap,
      autoPauseAfterFailures: task.policies.autoPauseAfterFailures,
    },
    limits: {
      maxIterations: unlessDefault(task.limits.maxIterations, defaultLimits.maxIterations),
      maxTimeSeconds: toDuration(
        task.limits.maxTimeSeconds === defaultLimits.maxTimeSeconds ? null : task.limits.maxTimeSeconds,
        "minutes",
      ),
      maxToolCalls: unlessDefault(task.limits.maxToolCalls, defaultLimits.maxToolCalls),
      maxCostUsd: task.limits.maxCostUsd ?? "",
    },
    sessionDurationSeconds: toDuration(task.sessionDurationSeconds, "hours"),
    purpose: task.purpose,
    whenBlocked: task.whenBlocked,
    endWhen: task.endWhen,
    expiresAt: task.expiresAt === null ? "" : toLocal(task.expiresAt, zones.reader),
    meta: task.meta,
    externalId: task.externalId ?? "",
  };
}

/** The same for a new task: what must be its own is left out. */
export function toCopy(task: Task, zones: Zones): TaskForm {
  return { ...toForm(task, zones), name: `Copy of ${task.name}`.slice(0, 200), externalId: "" };
}

function whomOf({ contactId, audience }: Task): Whom {
  if (audience !== null) return "audience";
  return contactId === null ? "nobody" : "contact";
}

function unlessDefault(value: number, theDefault: number): Count {
  return value === theDefault ? "" : value;
}

type WholeBody = Required<UpdateTaskBody>;

/** Everything that the form says, null where a field is empty. */
function toWhole(form: TaskForm, zones: Zones): WholeBody {
  const { audience, policies, limits } = form;
  return {
    name: form.name,
    description: form.description,
    agentId: form.agentId,
    contactId: form.whom === "contact" ? form.contactId : null,
    audience:
      form.whom === "audience"
        ? {
            filter: toFilter(audience.filter) as ContactFilter,
            maxContactsPerRun: numberOrNull(audience.maxContactsPerRun) ?? undefined,
            pacePerMinute: numberOrNull(audience.pacePerMinute),
          }
        : null,
    mayWriteTo: form.whom === "nobody" ? form.mayWriteTo : "contact",
    channelId: form.channelId,
    conversationId: textOrNull(form.conversationId),
    schedule: toSchedule(form.schedule),
    policies: {
      misfire: policies.misfire,
      catchUpWindowSeconds: toSeconds(policies.catchUpWindowSeconds) ?? null,
      overlap: policies.overlap,
      autoPauseAfterFailures: numberOrNull(policies.autoPauseAfterFailures),
    },
    limits: {
      maxIterations: numberOrNull(limits.maxIterations),
      maxTimeSeconds: toSeconds(limits.maxTimeSeconds) ?? null,
      maxToolCalls: numberOrNull(limits.maxToolCalls),
      maxCostUsd: textOrNull(limits.maxCostUsd),
    },
    sessionDurationSeconds: toSeconds(form.sessionDurationSeconds) ?? 86_400,
    purpose: form.purpose,
    whenBlocked: form.whenBlocked,
    endWhen: [...form.endWhen],
    expiresAt: form.expiresAt === "" ? null : toInstant(form.expiresAt, zones.reader),
    meta: form.meta as WholeBody["meta"],
    externalId: textOrNull(form.externalId),
  };
}

/** What is too long for a number stays a text, for the API to refuse. */
function numberOrNull(value: Count): number | null {
  if (value === "") return null;
  return value as number;
}

function textOrNull(text: string): string | null {
  return text === "" ? null : text;
}

/** What `POST /v1/tasks` is sent: name, instruction, and whatever differs from the defaults. */
export function toNewBody(form: TaskForm, zones: Zones): CreateTaskBody {
  const { name, description } = form;
  return { name, description, ...toChanges(emptyTask(zones), form, zones) };
}

/** What `PATCH /v1/tasks/{id}` is sent: only what was changed, so that nothing else is touched. */
export function toChanges(before: TaskForm, after: TaskForm, zones: Zones): UpdateTaskBody {
  const old = toWhole(before, zones);
  const { policies, limits, ...plain } = toWhole(after, zones);
  return {
    ...differing(old, plain),
    ...unlessEmpty("policies", differing(old.policies ?? {}, policies ?? {})),
    ...unlessEmpty("limits", differing(old.limits, limits)),
  };
}

function differing<T extends object>(before: Partial<T>, after: T): Partial<T> {
  const entries = Object.entries(after).filter(([key, value]) => !isSame(value, before[key as keyof T]));
  return Object.fromEntries(entries) as Partial<T>;
}

/** Both are JSON that the same function made. */
function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function unlessEmpty<T extends object>(name: string, fields: T): Readonly<Record<string, T>> {
  return Object.keys(fields).length === 0 ? {} : { [name]: fields };
}
