import type pg from "pg";

/** A claimed job: pg-boss raises `retryCount` with every claim but the first, so the pair names one attempt. */
export interface JobAttempt {
  readonly id: string;
  readonly retryCount: number;
}

/** Two sessions that grant on one table at the same moment make one of them fail ("tuple concurrently updated"). */
const grantLock = 553_115;

/**
 * Lets transactions of both roles send jobs into the schema that pg-boss has made: a workspace's, and the system's for
 * what the sweep has to tell. They may insert and read back the new id, nothing else: payloads of other workspaces lie
 * in the same table.
 */
export async function grantSending(pool: pg.Pool): Promise<void> {
  await pool.query(`
    begin;
    select pg_advisory_xact_lock(${grantLock});
    grant usage on schema pgboss to errand_tenant, errand_system;
    grant select on pgboss.queue to errand_tenant, errand_system;
    grant insert, select (id) on pgboss.job_common to errand_tenant, errand_system;
    commit`);
}

/**
 * Puts claimed jobs back so that they are due at once. pg-boss has no call for it: its `fail` counts the attempt
 * against the limit and adds a pause. The limit moves instead of the count, which has to name a new attempt.
 */
export async function giveBackJobs(
  pool: pg.Pool,
  jobId: string,
  attempts: readonly JobAttempt[],
): Promise<void> {
  await pool.query(
    `update pgboss.job
        set state = 'retry', start_after = pgboss.job_now(), heartbeat_on = null, retry_limit = retry_limit + 1
      where name = $1 and id = any($2::uuid[]) and state = 'active'
        and (id::text || ':' || retry_count::text) = any($3::text[])`,
    [jobId, attempts.map(({ id }) => id), attempts.map(({ id, retryCount }) => `${id}:${retryCount}`)],
  );
}
