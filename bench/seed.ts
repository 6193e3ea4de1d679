import pg from "pg";

/** Which tasks to make. Ids are UUIDs. */
export interface Seed {
  tasks: number;
  /** They take turns. */
  workspaceIds: readonly string[];
  agentId: string;
}

/** So many rows in one statement; a million at once would need them all in temporary files first. */
const batchSize = 100_000;

/**
 * Makes active tasks of 1 500 bytes each with daily and cron schedules in six zones. Their next runs are spread over
 * the coming day, from one hour on, so that none comes due while something is measured. `client` is a superuser.
 */
export async function seedTasks(client: pg.Client, seed: Seed): Promise<void> {
  // Without the check of each row's foreign keys, which takes longer than everything else.
  await client.query("set session_replication_role = replica");
  for (let made = 0; made < seed.tasks; made += batchSize) {
    const count = Math.min(batchSize, seed.tasks - made);
    await client.query(
      `with made as materialized (
          select ($1::uuid[])[1 + i % cardinality($1::uuid[])] as workspace_id, uuidv7() as id, i,
            (array['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'America/Sao_Paulo', 'Asia/Kolkata', 'UTC'])[1 + i % 6] as zone,
            date_trunc('minute', now() + interval '61 minutes' + random() * interval '22 hours') as next_run_at
          from generate_series(1, $3::int) i),
        ruled as materialized (
          select *, case i % 3
            when 0 then json_build_object('kind', 'daily', 'timezone', zone, 'time', to_char(next_run_at at time zone zone, 'HH24:MI'))
            when 1 then json_build_object('kind', 'cron', 'timezone', zone, 'cron', to_char(next_run_at at time zone zone, 'FMMI FMHH24 "* * *"'))
            else json_build_object('kind', 'cron', 'timezone', zone, 'cron', to_char(next_run_at at time zone zone, 'FMMI FMHH24 "* * MON-FRI"'))
          end as rule from made),
        tasks_made as (
          insert into tasks (workspace_id, id, name, description, agent_id, schedule)
          select workspace_id, id, 'Task ' || i, left(repeat(md5(i::text), 47), 1500), $2, rule from ruled)
      insert into task_schedules (workspace_id, task_id, agent_id, max_time_seconds, rule, anchor_at, next_run_at)
      select workspace_id, id, $2, 900, rule, now() - random() * interval '300 days', next_run_at from ruled`,
      [seed.workspaceIds, seed.agentId, count],
    );
  }
  await client.query("reset session_replication_role");
}

/** Runs `work` with a superuser's connection, which sees all workspaces and is bound by no time limit. */
export async function withSuperuser<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
