import { sql } from "kysely";
import { uuidPattern } from "../base/ids.ts";
import { decodeCursor, encodeCursor, type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import { planForValues, type TenantTx } from "../db/index.ts";
import { selectAll, toTask } from "./store.ts";
import type { Task, TaskFilter } from "./task.ts";

/** Tasks, newest first. */
export async function selectTasks(tx: TenantTx, filter: TaskFilter, page: Page): Promise<PageOf<Task>> {
  const before = pageStart(page);
  const most = page.limit + 1;
  let query = selectAll(tx).orderBy("t.id", "desc").limit(most);
  if (filter.q !== undefined) query = query.where("t.id", "=", findIds(filter.q, filter, before, most));
  else if (severalStates(filter)) query = query.where("t.id", "=", idsByState(tx, filter, before, most));
  else if (isOnlyByNextRun(filter)) query = query.where("t.id", "=", idsByNextRun(tx, filter, before, most));
  else query = narrow(query, filter, before);
  return pageFrom((await query.execute()).map(toTask), page.limit);
}

type TaskQuery = ReturnType<typeof selectAll>;

function severalStates({ state = [] }: TaskFilter): boolean {
  return state.length > 1;
}

/** What tasks work with. `isDefault`: the agent is also that of tasks that name none. */
export type UsedByTasks =
  | { readonly agentId: string; readonly isDefault: boolean }
  | { readonly contactId: string }
  | { readonly channelId: string };

/** Whether tasks that are not the demo's and have not ended work with it. */
export async function hasOwnTasks(tx: TenantTx, used: UsedByTasks): Promise<boolean> {
  let query = tx.db
    .selectFrom("tasks")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("demo", "=", false)
    .where("state", "<>", "ended");
  if ("contactId" in used) query = query.where("contactId", "=", used.contactId);
  else if ("channelId" in used) query = query.where("channelId", "=", used.channelId);
  else if (!used.isDefault) query = query.where("agentId", "=", used.agentId);
  else query = query.where((or) => or.or([or("agentId", "=", used.agentId), or("agentId", "is", null)]));
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}

/** `before`: the task that the page before ended with. */
function narrow(all: TaskQuery, filter: Omit<TaskFilter, "q">, before?: string): TaskQuery {
  const { state, agentId, contactId, externalId, scheduled, hasFailed, lastStatus, lastOutcome, demo } =
    filter;
  let query = all;
  if (before !== undefined) query = query.where("t.id", "<", before);
  if (filter.ids !== undefined) query = query.where("t.id", "=", sql<string>`any (${filter.ids}::uuid[])`);
  if (state !== undefined) query = query.where("t.state", "in", state);
  if (agentId !== undefined) query = query.where("t.agentId", "=", agentId);
  if (contactId !== undefined) query = query.where("t.contactId", "=", contactId);
  if (externalId !== undefined) query = query.where("t.externalId", "=", externalId);
  if (scheduled !== undefined) query = query.where("t.schedule", scheduled ? "is not" : "is", null);
  if (hasFailed === true) query = query.where("t.consecutiveFailures", ">", 0);
  if (hasFailed === false) query = query.where("t.consecutiveFailures", "=", 0);
  if (lastStatus !== undefined) query = query.where("t.lastStatus", "=", lastStatus);
  if (lastOutcome !== undefined) query = query.where("t.lastOutcome", "=", lastOutcome);
  // Where the next run is asked for, the page may be read off the schedules.
  if (before !== undefined && (filter.nextRunAfter ?? filter.nextRunBefore) !== undefined)
    query = query.where("s.taskId", "<", before);
  if (filter.nextRunAfter !== undefined) query = query.where("s.nextRunAt", ">=", filter.nextRunAfter);
  if (filter.nextRunBefore !== undefined) query = query.where("s.nextRunAt", "<", filter.nextRunBefore);
  if (demo !== undefined) query = query.where("t.demo", "=", demo);
  return query;
}

/**
 * A page of each state, which an index has in order, in place of one of all of them: for several at once PostgreSQL reads
 * from the newest task on, and where all of them are old that is every task.
 */
function idsByState(tx: TenantTx, filter: TaskFilter, before: string | undefined, most: number) {
  const pages = (filter.state ?? []).map((state) => {
    const page = narrow(selectAll(tx), { ...filter, state: [state] }, before);
    return page.clearSelect().select("t.id").orderBy("t.id", "desc").limit(most);
  });
  return sql<string>`any (array(${sql.join(pages, sql` union all `)}))`;
}

/** True if the next run is all that is asked for. */
function isOnlyByNextRun({ nextRunAfter, nextRunBefore, ...others }: TaskFilter): boolean {
  const isAsked = nextRunAfter !== undefined || nextRunBefore !== undefined;
  return isAsked && Object.values(others).every((value) => value === undefined);
}

/**
 * Read off an index of the schedules alone: of a million tasks 33 000 have their next run within the same hour, and each
 * of them was looked up before the newest hundred were known (230 ms).
 */
function idsByNextRun(tx: TenantTx, filter: TaskFilter, before: string | undefined, most: number) {
  let ids = tx.db
    .selectFrom("taskSchedules as s")
    .select("s.taskId")
    .where("s.workspaceId", "=", tx.workspaceId)
    .where("s.nextRunAt", "is not", null)
    .orderBy("s.taskId", "desc")
    .limit(most);
  if (before !== undefined) ids = ids.where("s.taskId", "<", before);
  if (filter.nextRunAfter !== undefined) ids = ids.where("s.nextRunAt", ">=", filter.nextRunAfter);
  if (filter.nextRunBefore !== undefined) ids = ids.where("s.nextRunAt", "<", filter.nextRunBefore);
  return sql<string>`any (array(${ids}))`;
}

/**
 * With all filters, since what is filtered after the limit would leave pages with holes. As an array: of a set of
 * unknown size the planner may make a join that reads all tasks.
 */
function findIds(q: string, filter: TaskFilter, before: string | undefined, most: number) {
  return sql<string>`any (array(select find_tasks(${q}, ${most}, ${before ?? null}::uuid, ${filter.state?.join(",") ?? null},
    ${filter.agentId ?? null}::uuid, ${filter.contactId ?? null}::uuid, ${filter.externalId ?? null},
    ${filter.scheduled ?? null}::boolean, ${filter.hasFailed ?? null}::boolean,
    ${filter.nextRunAfter ?? null}::timestamptz, ${filter.nextRunBefore ?? null}::timestamptz,
    ${filter.demo ?? null}::boolean, ${filter.lastStatus ?? null}, ${filter.lastOutcome ?? null})))`;
}

/** A next run in milliseconds since 1970, and the task that has it. */
const position = new RegExp(`^\\d{1,14} ${uuidPattern.source.slice(1)}`);

/** Tasks with a next run of their own, the soonest first. */
export async function selectTasksByNextRun(
  tx: TenantTx,
  filter: Omit<TaskFilter, "q">,
  page: Page,
): Promise<PageOf<Task>> {
  let query = narrow(selectAll(tx), filter)
    .where("s.nextRunAt", "is not", null)
    .orderBy("s.nextRunAt")
    .orderBy("s.taskId")
    .limit(page.limit + 1);
  if (page.cursor !== undefined) {
    const [ms, id] = decodeCursor(page.cursor, position).split(" ");
    const after = sql`(${new Date(Number(ms))}::timestamptz, ${id}::uuid)`;
    query = query.where(sql<boolean>`(s.next_run_at, s.task_id) > ${after}`);
  }
  const [, rows] = await Promise.all([planForValues(tx), query.execute()]);
  const tasks = rows.map(toTask);
  const items = tasks.slice(0, page.limit);
  const last = items.at(-1);
  if (tasks.length <= page.limit || last === undefined || last.nextRunAt === null)
    return { items, nextCursor: null };
  return { items, nextCursor: encodeCursor(`${last.nextRunAt.getTime()} ${last.id}`) };
}
