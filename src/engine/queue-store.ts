import type { Database } from "../db/index.ts";
import { leaseSeconds } from "./claim-store.ts";
import type { ExecutionStatus, Lane } from "./execution.ts";

export interface QueueCounts {
  readonly executions: readonly {
    readonly status: ExecutionStatus;
    readonly lane: Lane;
    readonly count: number;
  }[];
  /** How long the longest-waiting due execution of each lane has been due; lanes without one are left out. */
  readonly oldest: readonly { readonly lane: Lane; readonly seconds: number }[];
  /** Workers with a live lease. */
  readonly workers: number;
}

/** What waits and runs, over all workspaces, for metrics and the doctor. */
export async function countQueues(db: Database): Promise<QueueCounts> {
  const { rows: executions } = await db.autocommit.query<{
    status: ExecutionStatus;
    lane: Lane;
    count: number;
  }>({
    name: "count_executions",
    text: `select status, lane, count(*) as count from executions
      where status = 'queued' group by 1, 2
      union all select status, lane, count(*) from executions where status = 'running' group by 1, 2
      union all select status, lane, count(*) from executions where status = 'waiting' group by 1, 2`,
  });
  const { rows: oldest } = await db.autocommit.query<{ lane: Lane; seconds: number }>({
    name: "oldest_queued",
    text: `select lane, extract(epoch from clock_timestamp() - min(available_at))::float8 as seconds
      from executions where status = 'queued' group by lane`,
  });
  const { rows: workers } = await db.autocommit.query<{ count: number }>({
    name: "count_workers",
    text: "select count(*) as count from workers where renewed_at > clock_timestamp() - $1 * interval '1 second'",
    values: [leaseSeconds],
  });
  return { executions, oldest, workers: workers[0]?.count ?? 0 };
}
