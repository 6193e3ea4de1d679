import { sql } from "kysely";
import { newId } from "../base/ids.ts";
import type { Database, TenantTx } from "../db/index.ts";
import type { Session, SessionEnd, SessionKind } from "./conversation.ts";

const columns = ["id", "kind", "agentId", "taskId", "executionId", "startedAt", "expiresAt"] as const;

const secondsLeft = sql<number>`ceil(extract(epoch from expires_at - clock_timestamp()))::int`.as(
  "expiresInSeconds",
);

/** The live sessions of these conversations, by conversation. */
export async function selectLiveSessions(
  tx: TenantTx,
  conversationIds: readonly string[],
): Promise<ReadonlyMap<string, Session>> {
  if (conversationIds.length === 0) return new Map();
  const rows = await tx.db
    .selectFrom("conversationSessions")
    .select([...columns, "conversationId", secondsLeft])
    .where("workspaceId", "=", tx.workspaceId)
    .where("conversationId", "in", conversationIds)
    .where("endedAt", "is", null)
    .where("expiresAt", ">", sql<Date>`clock_timestamp()`)
    .execute();
  // The column's check allows no other kind.
  return new Map(
    rows.map(({ conversationId, ...row }) => [conversationId, { ...row, kind: row.kind as SessionKind }]),
  );
}

export async function selectLiveSession(tx: TenantTx, conversationId: string): Promise<Session | undefined> {
  return (await selectLiveSessions(tx, [conversationId])).get(conversationId);
}

export interface NewSession {
  readonly conversationId: string;
  readonly kind: SessionKind;
  readonly agentId: string;
  readonly taskId: string | null;
  readonly executionId: string | null;
  readonly seconds: number;
}

export async function insertSession(tx: TenantTx, session: NewSession): Promise<void> {
  const { seconds, ...plain } = session;
  await tx.query({
    text: `insert into conversation_sessions (workspace_id, id, conversation_id, kind, agent_id, task_id, execution_id,
        started_at, expires_at)
      select $1, $2, $3, $4, $5, $6, $7, t.now, t.now + $8 * interval '1 second'
      from (select clock_timestamp() as now) t`,
    values: [
      tx.workspaceId,
      newId(),
      ...[plain.conversationId, plain.kind, plain.agentId, plain.taskId, plain.executionId],
      seconds,
    ],
  });
}

/**
 * Marks the session that has not ended, if there is one, or if it is the task's: as expired if its time was up, else
 * with `reason`.
 */
export async function endSessionRow(
  tx: TenantTx,
  conversationId: string,
  reason: SessionEnd,
  of: { readonly taskId?: string | null } = {},
): Promise<void> {
  await tx.query({
    text: `update conversation_sessions set ended_at = least(expires_at, clock_timestamp()),
        end_reason = case when expires_at <= clock_timestamp() then 'expired' else $3 end
      where workspace_id = $1 and conversation_id = $2 and ended_at is null
        and ($4::uuid is null or task_id = $4)`,
    values: [tx.workspaceId, conversationId, reason, of.taskId ?? null],
  });
}

/** The same for a task's sessions in many conversations. */
export async function endSessionRowsOf(
  tx: TenantTx,
  conversationIds: readonly string[],
  taskId: string,
  reason: SessionEnd,
): Promise<void> {
  await tx.query({
    name: "end_sessions_of_task",
    text: `update conversation_sessions set ended_at = least(expires_at, clock_timestamp()),
        end_reason = case when expires_at <= clock_timestamp() then 'expired' else $4 end
      where workspace_id = $1 and conversation_id = any($2::uuid[]) and task_id = $3 and ended_at is null`,
    values: [tx.workspaceId, conversationIds, taskId, reason],
  });
}

/** The conversations in which a session of the task has not ended, in order of id. */
export async function selectConversationsOfTask(tx: TenantTx, taskId: string): Promise<readonly string[]> {
  const rows = await tx.db
    .selectFrom("conversationSessions")
    .select("conversationId")
    .where("workspaceId", "=", tx.workspaceId)
    .where("taskId", "=", taskId)
    .where("endedAt", "is", null)
    .orderBy("conversationId")
    .execute();
  return rows.map(({ conversationId }) => conversationId);
}

/** Those of them with a live session of the task and a turn queued or under way, in order of id. */
export async function selectConversationsAnswering(tx: TenantTx, taskId: string): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: "select_conversations_answering",
    text: `select c.id from conversation_sessions s
      join conversations c on c.workspace_id = s.workspace_id and c.id = s.conversation_id
      where s.workspace_id = $1 and s.task_id = $2 and s.ended_at is null and s.expires_at > clock_timestamp()
        and c.turn_execution_id is not null
      order by c.id`,
    values: [tx.workspaceId, taskId],
  });
  return rows.map(({ id }) => id);
}

/** When the task's latest session in the conversation began, ended or not; undefined if it never had one there. */
export async function selectLatestStart(
  tx: TenantTx,
  of: { readonly conversationId: string; readonly taskId: string },
): Promise<Date | undefined> {
  const row = await tx.db
    .selectFrom("conversationSessions")
    .select("startedAt")
    .where("workspaceId", "=", tx.workspaceId)
    .where("conversationId", "=", of.conversationId)
    .where("taskId", "=", of.taskId)
    .orderBy("startedAt", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.startedAt;
}

/** Marks up to `limit` sessions of all workspaces whose time is up; answers how many. They were not live already. */
export async function expireSessionRows(db: Database, limit: number): Promise<number> {
  const { rowCount } = await db.autocommit.query({
    text: `with due as (select workspace_id, id from conversation_sessions
        where ended_at is null and expires_at <= clock_timestamp()
        order by expires_at limit $1 for no key update skip locked)
      update conversation_sessions s set ended_at = s.expires_at, end_reason = 'expired'
      from due where s.workspace_id = due.workspace_id and s.id = due.id`,
    values: [limit],
  });
  return rowCount ?? 0;
}
