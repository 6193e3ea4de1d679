import type pg from "pg";

/** What the lists are filled with. Ids are UUIDs. */
export interface ListSeed {
  tasks: number;
  executions: number;
  /** Of the large workspace, each with two conversations. */
  contacts: number;
  /** Has four fifths of everything. */
  workspaceId: string;
}

/** They share the last fifth. */
const neighbours = 200;
const batchSize = 500_000;

/** What the seed makes findable, with the share of the tasks that have it. */
export const seededWords = {
  frequent: "customer",
  common: "invoice",
  uncommon: "complaint",
  rare: "zanzibar",
  absent: "xylophone",
} as const;

/** Ids that queries ask for, as UUIDs. */
export interface Landmarks {
  /** Has a tenth of the tasks. */
  busyAgent: string;
  /** Has a thousandth of them. */
  quietAgent: string;
  contact: string;
  conversation: string;
  channel: string;
  /** A task with hundreds of executions. */
  busyTask: string;
  quietTask: string;
}

/**
 * Fills the tables that lists read, through SQL: what the routes would need hours for. Agents are ids only, since no
 * list reads them. Executions lie over the last 80 days, in the order of their ids; the newest 500 have not ended, so that
 * no worker may run. `client` is a superuser.
 */
export async function seedLists(client: pg.Client, seed: ListSeed): Promise<Landmarks> {
  // Without the check of each row's foreign keys.
  await client.query("set session_replication_role = replica");
  await client.query("set maintenance_work_mem = '1GB'");
  await client.query("set work_mem = '256MB'");
  await client.query("set synchronous_commit = off");
  await makeWords(client, seed);
  await makeContacts(client, seed);
  await withoutIndexes(client, ["executions"], () => makeExecutions(client, seed));
  await withoutIndexes(client, ["tasks", "task_schedules", "task_texts"], () => makeTasks(client));
  await client.query("reset session_replication_role");
  await client.query("vacuum analyze");
  await client.query("checkpoint");
  return await findLandmarks(client, seed);
}

/** Numbered tasks, with whose they are, and the sentences of which their descriptions are made. */
async function makeWords(client: pg.Client, seed: ListSeed): Promise<void> {
  await client.query(
    `insert into workspaces (id, name) select uuidv7(), 'Neighbour ' || i from generate_series(1, ${neighbours}) i`,
  );
  await client.query(
    `create temp table seed_sentence as
      select s as i, (select string_agg(
          (array['ka','lo','mi','ren','tas','vo','bel','du','fin','gor','hal','is','jun','pel','qua','ro','sti','tur','ul','wen'])[1 + w % 20]
          || (array['ba','cer','dan','el','fo','gra','hin','ik','ju','kem','la','mo','nas','or','pi','res','sa','to','un','vi'])[1 + w / 20 % 20]
          || (array['n','ber','t','ling','s','rade','l','mon','','ty'])[1 + w / 400 % 10], ' ')
        from (select floor(4000 * random() ^ 3)::int as w from generate_series(1, 14) where s = s) words) as text
      from generate_series(1, 4000) s`,
  );
  // A tenth of the tasks for one agent, then a tenth of what is left for the next, and so on.
  await client.query(
    `create temp table seed_task as
      with neighbour as (select array_agg(id order by id) as ids from workspaces where id <> $1)
      select i, case when i % 5 < 4 then $1 else ids[1 + i / 5 % ${neighbours}] end as workspace_id,
        uuidv7(make_interval(secs => (i - $2::int) * (6912000.0 / $2::int))) as id,
        i % 5 < 4 as is_large,
        ('01990000-0000-7000-8000-' || lpad(least(60, floor(ln(random()) / ln(0.9)))::text, 12, '0'))::uuid as agent_id,
        case when random() < 0.5 then 1 + floor(random() * $3)::int end as contact_number
      from generate_series(1, $2::int) i, neighbour`,
    [seed.workspaceId, seed.tasks, seed.contacts],
  );
  await client.query("create unique index on seed_task (i)");
  await client.query("analyze seed_task");
}

async function makeContacts(client: pg.Client, { workspaceId, contacts }: ListSeed): Promise<void> {
  await client.query(
    `create temp table seed_contact as
      select i, uuidv7(make_interval(secs => (i - $1::int) * (6912000.0 / $1::int))) as id,
        uuidv7(make_interval(secs => (i - $1::int) * (6900000.0 / $1::int))) as conversation_id,
        ('01990000-0000-7000-9000-' || lpad((i % 5)::text, 12, '0'))::uuid as channel_id
      from generate_series(1, $1::int) i`,
    [contacts],
  );
  await client.query("create unique index on seed_contact (i)");
  await client.query(
    `insert into contacts (workspace_id, id, name, email, external_id, tags, language, attributes, opted_out_at, last_activity_at)
      select $1, id,
        (array['Anna','Ben','Carla','David','Elif','Fatih','Greta','Hugo','Ines','Jonas','Katja','Liam','Mara','Nils','Olga','Paul'])[1 + i % 16]
          || ' ' || (array['Keller','Schmidt','Rossi','Novak','Silva','Tanaka','Meyer','Kaya','Dubois','Larsen'])[1 + i / 16 % 10] || ' ' || i,
        'person' || i || '@example.com', 'crm-' || i, case when i % 50 = 0 then '{trial}'::text[] else '{}' end,
        (array['de','en','tr','fr'])[1 + i % 4], jsonb_build_object('plan', (array['free','pro','team'])[1 + i % 3]),
        case when i % 100 = 0 then now() end, now()
      from seed_contact order by i`,
    [workspaceId],
  );
  // As many open ones as contacts, each after one that was closed. Messages came at any time since, so that the order of
  // the latest ones is another than that of the ids.
  await client.query(
    `insert into conversations (workspace_id, id, channel_id, contact_id, ordinal, status, controller, last_message_at,
        closed_at, closed_reason)
      select $1, case n when 1 then uuidv7(make_interval(secs => -6912000.0 + i)) else conversation_id end, channel_id, id, n,
        case n when 1 then 'closed' else 'open' end, case when i % 200 = 0 then 'human' when i % 500 = 1 then 'none' else 'agent' end,
        now() - random() * case n when 1 then interval '80 days' else now() - uuid_extract_timestamp(conversation_id) end,
        case n when 1 then now() end, case n when 1 then 'idle' end
      from seed_contact cross join generate_series(1, 2) n`,
    [workspaceId],
  );
}

async function makeExecutions(client: pg.Client, { executions }: ListSeed): Promise<void> {
  for (let made = 0; made < executions; made += batchSize) {
    const count = Math.min(batchSize, executions - made);
    // A fifth of the runs belong to a thousandth of the tasks; a tenth are replies and belong to none.
    await client.query(
      `with chosen as materialized (
          select i, now() - make_interval(secs => 6912000.0 * (1 - i / $3::float8)) as at, random() as r, random() as s, random() as o,
            case when random() < 0.2 then 1000 * (1 + floor(random() * (total / 1000))::int) else 1 + floor(random() * total)::int end as task
          from generate_series($1::int + 1, $1::int + $2::int) i, (select count(*)::int as total from seed_task) t)
      insert into executions (workspace_id, id, kind, lane, status, trigger, task_id, agent_id, contact_id, conversation_id,
          scheduled_for, queued_at, available_at, started_at, completed_at, outcome, reason_code, reason_message, summary,
          attempt, iterations, tool_calls, input_tokens, output_tokens, cost_usd)
      select t.workspace_id, uuidv7(at - now()), case when r < 0.1 then 'reply' else 'task' end,
        case when r < 0.1 then 'reply' when r < 0.8 then 'scheduled' else 'manual' end, status,
        case when r < 0.1 then 'api' when r < 0.8 then 'schedule' when r < 0.9 then 'api' when r < 0.97 then 'manual'
          when r < 0.99 then 'catch_up' when r < 0.9999 then 'agent' else 'replay' end,
        case when r >= 0.1 then t.id end, t.agent_id, case when t.is_large then c.id end,
        case when t.is_large then c.conversation_id end,
        case when r >= 0.1 and r < 0.8 then at + make_interval(secs => random()) end, at, at, case when status <> 'queued' then at end,
        case when status not in ('queued', 'running', 'waiting') then at + interval '9 seconds' end,
        case when status not in ('queued', 'running', 'waiting', 'skipped') then
          case when o < 0.5 then 'message_sent' when o < 0.8 then 'none' when o < 0.88 then 'no_action_needed' when o < 0.94 then 'goal_met'
            when o < 0.96 then 'blocked' when o < 0.98 then 'limit_reached' when o < 0.999 then 'handed_over' else 'delivery_failed' end end,
        case status when 'failed' then 'model_failed' when 'skipped' then 'overlap' when 'canceled' then 'canceled' end,
        case when status in ('failed', 'skipped', 'canceled') then 'It ended before its time, for a reason that is said here in a sentence.' end,
        case status when 'completed' then 'Wrote to the contact that the order has left the warehouse and asked for a convenient time.' end,
        1, 3, 1, 1200, 150, 0.0012
      from (select *, case when i > $3 - 500 then (array['queued', 'running', 'waiting'])[1 + i % 3] when s < 0.9 then 'completed' when s < 0.94 then 'failed' when s < 0.99 then 'skipped' else 'canceled' end as status
          from chosen) e
        join seed_task t on t.i = e.task left join seed_contact c on c.i = t.contact_number
      order by e.i`,
      [made, count, executions],
    );
  }
}

async function makeTasks(client: pg.Client): Promise<void> {
  await client.query(
    `create temp table seed_last as select distinct on (task_id) task_id, id, completed_at,
        json_build_object('status', status, 'outcome', outcome, 'completedAt', completed_at, 'summary', summary) as kept
      from executions where task_id is not null and completed_at is not null order by task_id, id desc`,
  );
  await client.query(
    `insert into tasks (workspace_id, id, name, description, agent_id, contact_id, schedule, external_id, state, state_reason_code,
        consecutive_failures, last_execution_id, last_run_at, last_execution, created_at, updated_at)
      select t.workspace_id, t.id,
        (array['Follow up','Remind','Ask','Check','Report','Renew'])[1 + t.i % 6] || ' about ' || split_part(a.text, ' ', 1) || ' ' || t.i,
        concat_ws('. ', a.text, case when random() < 0.5 then '${seededWords.frequent}' end, b.text,
          case when random() < 0.05 then '${seededWords.common}' end, c.text, case when random() < 0.003 then '${seededWords.uncommon}' end,
          d.text, case when t.i % 50000 = 1 then '${seededWords.rare}' end),
        t.agent_id, case when t.is_large then k.id end,
        case t.i % 4 when 3 then null else json_build_object('kind', 'daily', 'timezone', 'Europe/Berlin', 'time', '09:00') end,
        case when t.i % 2 = 0 then 'ext-' || t.i end,
        case when t.i % 20 = 0 then 'paused' when t.i % 1001 = 0 then 'auto_paused' when t.i % 3 = 0 then 'ended' else 'active' end,
        null, case when t.i % 97 = 0 then 2 else 0 end, l.id, l.completed_at, l.kept, now(), now()
      from seed_task t
        join seed_sentence a on a.i = 1 + t.i % 4000 join seed_sentence b on b.i = 1 + t.i / 7 % 4000
        join seed_sentence c on c.i = 1 + t.i / 11 % 4000 join seed_sentence d on d.i = 1 + t.i / 13 % 4000
        left join seed_contact k on k.i = t.contact_number left join seed_last l on l.task_id = t.id
      order by t.i`,
  );
  await client.query(
    `insert into task_texts (workspace_id, task_id, text) select workspace_id, id, lower(name || E'\\n' || description) from tasks`,
  );
  await client.query(
    `insert into task_schedules (workspace_id, task_id, agent_id, contact_id, max_time_seconds, rule, anchor_at, next_run_at)
      select workspace_id, id, agent_id, contact_id, 900, schedule, now(),
        case state when 'active' then date_trunc('minute', now() + interval '61 minutes' + random() * interval '22 hours') end
      from tasks where schedule is not null`,
  );
}

/** Runs `work` while the tables have no indexes but their primary keys, and makes them again: it is several times faster. */
async function withoutIndexes(
  client: pg.Client,
  tables: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
      where i.indrelid = any ($1::text[]::regclass[])
        and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  await work();
  for (const { definition } of rows) await client.query(definition);
}

async function findLandmarks(client: pg.Client, { workspaceId }: ListSeed): Promise<Landmarks> {
  const { rows } = await client.query<Landmarks>(
    `with tasks_by_agent as (select agent_id, count(*) as n from tasks where workspace_id = $1 group by agent_id),
      of_task as (select task_id, count(*) as n from executions where workspace_id = $1 and task_id is not null
        group by task_id order by n desc limit 1)
    select (select agent_id from tasks_by_agent order by n desc limit 1) as "busyAgent",
      (select agent_id from tasks_by_agent order by n limit 1) as "quietAgent",
      (select id from contacts where workspace_id = $1 order by id offset 10 limit 1) as contact,
      (select conversation_id from executions where workspace_id = $1 and conversation_id is not null limit 1) as conversation,
      '01990000-0000-7000-9000-000000000001'::uuid as channel, (select task_id from of_task) as "busyTask",
      (select id from tasks where workspace_id = $1 order by id offset 1000 limit 1) as "quietTask"`,
    [workspaceId],
  );
  const [found] = rows;
  if (found === undefined) throw new Error("the seed left nothing to ask for");
  return found;
}
