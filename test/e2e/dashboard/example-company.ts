import pg from "pg";
import { fromId } from "../../../src/base/ids.ts";
import type { Identified, ProgramClient } from "../../program-client.ts";

/** What stands for one execution of the past: how it ended and what came of it. */
const endings = {
  m: { status: "completed", outcome: "message_sent" },
  g: { status: "completed", outcome: "goal_met" },
  n: { status: "completed", outcome: "no_action_needed" },
  o: { status: "completed", outcome: "none" },
  h: { status: "completed", outcome: "handed_over" },
  b: { status: "completed", outcome: "blocked", reason: "The contact may not be written to at night." },
  f: { status: "failed", outcome: "none", reason: "The model provider answered 401: the key is not valid." },
  s: { status: "skipped", outcome: null, reason: "The run before it had not ended." },
} as const;

interface ExampleTask {
  readonly name: string;
  readonly description: string;
  readonly agent: 0 | 1 | 2;
  readonly contact?: number;
  readonly audience?: { readonly filter: { readonly tag: string } };
  readonly schedule?: Readonly<Record<string, unknown>>;
  /** Executions of the past, the oldest first. */
  readonly past?: string;
  readonly hoursBetween?: number;
  readonly paused?: string;
  readonly autoPaused?: string;
  readonly ended?: string;
  readonly isRunning?: true;
}

const timezone = "Europe/Berlin";
const agents = ["Sofia", "Marco", "Night desk"];
const contacts = ["Anna Keller", "Ben Schmidt", "Carla Rossi", "David Novak", "Elif Kaya", "Greta Larsen"];

const tasks: readonly ExampleTask[] = [
  {
    name: "Morning check-in",
    description: "Ask how the first week went and offer help with the set-up.",
    agent: 0,
    contact: 0,
    schedule: { kind: "daily", time: "09:00", timezone },
    past: "mmmnmmgmmg",
    hoursBetween: 24,
  },
  {
    name: "Renewal reminder",
    description: "Remind of the renewal and say what changes with the new plan.",
    agent: 1,
    audience: { filter: { tag: "renewal" } },
    schedule: { kind: "weekly", weekdays: ["monday", "thursday"], time: "10:30", timezone },
    past: "mmbmmmmsmm",
    hoursBetween: 84,
  },
  {
    name: "Collect feedback after onboarding",
    description: "Wait 300 seconds, then ask what was hard and what was easy.",
    agent: 0,
    contact: 1,
    past: "gmg",
    hoursBetween: 300,
    isRunning: true,
  },
  {
    name: "Watch for open incidents",
    description: "Look whether an incident is open and tell the contact if so.",
    agent: 2,
    contact: 2,
    schedule: { kind: "cron", cron: "*/30 * * * *", timezone },
    past: "nnnnmnnonn",
    hoursBetween: 0.5,
  },
  {
    name: "Invoice follow-up",
    description: "Ask kindly about the invoice that is due, and offer to send it again.",
    agent: 1,
    contact: 3,
    schedule: { kind: "daily", time: "14:00", everyDays: 3, timezone },
    past: "mmmmmfffff",
    hoursBetween: 72,
    autoPaused: "5 scheduled runs in a row failed: the key of the model provider is not valid.",
  },
  {
    name: "Weekly usage report",
    description: "Say how the product was used in the past week, in three sentences.",
    agent: 0,
    contact: 4,
    schedule: { kind: "weekly", weekdays: ["friday"], time: "16:00", timezone },
    past: "mmmhmmmmmm",
    hoursBetween: 168,
  },
  {
    name: "Trial ends in three days",
    description: "Say that the trial ends and what happens to the data.",
    agent: 1,
    contact: 5,
    schedule: { kind: "monthly", day: 1, time: "08:15", timezone },
    past: "mgm",
    hoursBetween: 720,
    paused: "On hold until the new prices are public",
  },
  {
    name: "Night hand-over",
    description: "Sum up the open conversations for the night desk.",
    agent: 2,
    schedule: { kind: "daily", time: "20:45", timezone },
    past: "oonooomooo",
    hoursBetween: 24,
  },
  {
    name: "Ask for a review",
    description: "Ask for a short review if the last conversation went well.",
    agent: 0,
    contact: 4,
    schedule: { kind: "once", at: "2031-03-01T11:00", timezone },
  },
  {
    name: "Send the set-up guide",
    description: "Send the guide.",
    agent: 1,
    contact: 2,
    past: "mg",
    hoursBetween: 50,
    ended: "Its only run was made.",
  },
];

/** A company as people will have one: agents on the sandbox model, contacts, and tasks with a past. */
export interface ExampleCompany {
  readonly channelId: string;
  readonly agentIds: readonly string[];
  readonly contactIds: readonly string[];
  /** By name. */
  readonly taskIds: Readonly<Record<string, string>>;
}

/** Makes it by API; the past, which nobody can wait for, by SQL as a superuser. */
export async function fillExampleCompany(
  client: ProgramClient,
  databaseUrl: string,
): Promise<ExampleCompany> {
  const make = (path: string, body: unknown) => client.post<Identified>(path, body);
  const provider = await make("/v1/model-providers", { name: "Sandbox", kind: "sandbox" });
  const agentIds: string[] = [];
  for (const name of agents) {
    const { id } = await make("/v1/agents", {
      name,
      instructions: "You look after the customers of a small software company. Be short and friendly.",
      modelProviderId: provider.id,
      model: "sandbox",
      isDefault: name === agents[0],
    });
    agentIds.push(id);
  }
  const channel = await make("/v1/channels", { platform: "web", kind: "page", name: "Website" });
  const contactIds: string[] = [];
  for (const name of contacts) {
    const email = `${name.toLowerCase().replace(" ", ".")}@example.com`;
    contactIds.push((await make("/v1/contacts", { name, email, tags: ["renewal"], timezone })).id);
  }
  const taskIds: Record<string, string> = {};
  for (const task of tasks.toReversed()) {
    const { name, description, agent, contact, audience, schedule } = task;
    const { id } = await make("/v1/tasks", {
      name,
      description,
      agentId: agentIds[agent],
      ...(contact === undefined ? {} : { contactId: contactIds[contact] }),
      ...(audience === undefined ? {} : { audience }),
      ...(schedule === undefined ? {} : { schedule }),
      channelId: channel.id,
    });
    taskIds[name] = id;
    if (task.paused !== undefined) await client.post(`/v1/tasks/${id}/pause`, { note: task.paused });
    if (task.isRunning) await client.post(`/v1/tasks/${id}/trigger`, {});
  }
  await withSuperuser(databaseUrl, async (superuser) => {
    for (const task of tasks) await addPast(superuser, fromId("task", taskIds[task.name] ?? "") ?? "", task);
  });
  return { channelId: channel.id, agentIds, contactIds, taskIds };
}

async function addPast(superuser: pg.Client, taskId: string, task: ExampleTask): Promise<void> {
  const { past = "", hoursBetween = 24, autoPaused, ended } = task;
  for (const [at, letter] of [...past].entries()) {
    const ending = endings[letter as keyof typeof endings];
    const hours = (past.length - at) * hoursBetween - hoursBetween / 2;
    await superuser.query(
      `insert into executions (workspace_id, id, kind, lane, status, trigger, task_id, agent_id, contact_id, queued_at,
          available_at, started_at, completed_at, scheduled_for, outcome, reason_code, reason_message, summary, attempt)
        select workspace_id, uuidv7(-$2::interval), 'task', 'scheduled', $3, 'schedule', id, agent_id, contact_id,
          now() - $2::interval, now() - $2::interval, now() - $2::interval, now() - $2::interval + interval '4 seconds',
          now() - $2::interval, $4, case when $5::text is null then null else 'example' end, $5,
          'What was done in this run.', 1
        from tasks where id = $1`,
      [taskId, `${hours} hours`, ending.status, ending.outcome, "reason" in ending ? ending.reason : null],
    );
  }
  await superuser.query(
    `update tasks t set last_execution_id = e.id, last_run_at = e.completed_at, last_execution =
        json_build_object('status', e.status, 'outcome', e.outcome, 'completedAt', e.completed_at, 'summary', e.summary)
      from (select * from executions where task_id = $1 and completed_at is not null order by id desc limit 1) e
      where t.id = $1`,
    [taskId],
  );
  const stopped = autoPaused ?? ended;
  if (stopped === undefined) return;
  await superuser.query(
    `update tasks set state = $2, state_reason_code = $3, state_reason_message = $4 where id = $1`,
    [
      taskId,
      ...(autoPaused === undefined ? ["ended", "schedule_finished"] : ["auto_paused", "failures"]),
      stopped,
    ],
  );
  await superuser.query("update task_schedules set next_run_at = null where task_id = $1", [taskId]);
}

/** Adds tasks on demand, "Task 1" the oldest: more than one would make by API. */
export async function addManyTasks(databaseUrl: string, count: number): Promise<void> {
  await withSuperuser(databaseUrl, (superuser) =>
    superuser.query(
      `with made as (insert into tasks (workspace_id, id, name, description)
          select w.id, uuidv7(make_interval(secs => i - $1 - 60)), 'Task ' || i, 'Say hello.'
          from workspaces w, generate_series(1, $1::int) i returning workspace_id, id, name, description)
        insert into task_texts (workspace_id, task_id, text)
          select workspace_id, id, lower(name || E'\\n' || description) from made`,
      [count],
    ),
  );
}

async function withSuperuser<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const superuser = new pg.Client({ connectionString: databaseUrl });
  await superuser.connect();
  try {
    return await work(superuser);
  } finally {
    await superuser.end();
  }
}
