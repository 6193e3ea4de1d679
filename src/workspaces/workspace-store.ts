import type { Queryable, TenantTx } from "../db/index.ts";

export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  /** What may be spent in a day and a month of the workspace's zone, in US dollars; null: no budget. */
  readonly dailyCostUsd: string | null;
  readonly monthlyCostUsd: string | null;
  /** Days for which executions that have ended are kept. */
  readonly executionRetentionDays: number;
  /** Seconds without a message after which a conversation is closed. */
  readonly conversationIdleCloseSeconds: number;
  readonly frozenAt: Date | null;
  readonly frozenReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One lock for all processes that start on an empty database; the number is arbitrary and fixed. */
const firstStartLock = 7_220_115;

/** Until this transaction ends, no other process sets the first workspace up. */
export async function lockFirstStart(tx: Queryable): Promise<void> {
  await tx.query({ text: "select pg_advisory_xact_lock($1)", values: [firstStartLock] });
}

export async function insertWorkspace(
  tx: Queryable,
  workspace: { readonly id: string; readonly name: string },
): Promise<void> {
  await tx.query({
    text: "insert into workspaces (id, name) values ($1, $2)",
    values: [workspace.id, workspace.name],
  });
}

/** The id of the oldest workspace, which is the one that the first start made. */
export async function selectFirstWorkspaceId(tx: Queryable): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>({
    text: "select id from workspaces order by created_at, id limit 1",
  });
  return rows[0]?.id;
}

export async function selectWorkspace(tx: TenantTx): Promise<Workspace> {
  return await tx.db
    .selectFrom("workspaces")
    .selectAll()
    .where("id", "=", tx.workspaceId)
    .executeTakeFirstOrThrow();
}

/** Locks the workspace against other changes of it or of its owners; inserts that refer to it go on. */
export async function lockWorkspace(tx: TenantTx): Promise<Workspace> {
  return await tx.db
    .selectFrom("workspaces")
    .selectAll()
    .where("id", "=", tx.workspaceId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
}

/** Any fixed number: keeps these advisory locks apart from others. */
const freezeLock = 7_311;

/**
 * Sends hold this lock shared to their commit, a freeze takes it alone: it waits for the sends that have already looked,
 * and those that come later see it. Row locks would do the same at the price of writing the workspace's row with every
 * message.
 */
export async function lockFreeze(tx: TenantTx, mode: "shared" | "exclusive"): Promise<void> {
  const lock = mode === "shared" ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock";
  await tx.query({
    name: `lock_freeze_${mode}`,
    text: `select ${lock}($1, hashtext($2))`,
    values: [freezeLock, tx.workspaceId],
  });
}

export async function updateWorkspaceRow(
  tx: TenantTx,
  changes: {
    readonly name?: string | undefined;
    readonly timezone?: string | undefined;
    readonly executionRetentionDays?: number | undefined;
    readonly conversationIdleCloseSeconds?: number | undefined;
    readonly dailyCostUsd?: string | null | undefined;
    readonly monthlyCostUsd?: string | null | undefined;
    readonly frozenAt?: Date | null;
    readonly frozenReason?: string | null;
    readonly updatedAt: Date;
  },
): Promise<Workspace> {
  return await tx.db
    .updateTable("workspaces")
    .set(changes)
    .where("id", "=", tx.workspaceId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function selectWorkspaceNames(
  tx: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.query<{ id: string; name: string }>({
    text: "select id, name from workspaces where id = any($1)",
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** After how many seconds without a message each workspace has its conversations closed. */
export async function selectIdleClosing(
  tx: Queryable,
): Promise<readonly { readonly workspaceId: string; readonly seconds: number }[]> {
  const { rows } = await tx.query<{ id: string; seconds: number }>({
    text: "select id, conversation_idle_close_seconds as seconds from workspaces order by id",
  });
  return rows.map(({ id, seconds }) => ({ workspaceId: id, seconds }));
}

/** For how many days each workspace keeps its executions. */
export async function selectExecutionRetention(
  tx: Queryable,
): Promise<readonly { readonly workspaceId: string; readonly days: number }[]> {
  const { rows } = await tx.query<{ id: string; days: number }>({
    text: "select id, execution_retention_days as days from workspaces order by id",
  });
  return rows.map(({ id, days }) => ({ workspaceId: id, days }));
}
