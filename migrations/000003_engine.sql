-- A running process that takes executions. Not a tenant's; only the engine sees it.
create table workers (
  id uuid primary key,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default clock_timestamp(),
  renewed_at timestamptz not null default clock_timestamp()
);
grant select, insert, update, delete on workers to errand_system;

create table executions (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  kind text not null,
  lane text not null check (lane in ('reply', 'manual', 'scheduled', 'bulk')),
  status text not null check (status in ('queued', 'running', 'waiting', 'completed', 'failed', 'canceled', 'skipped')),
  trigger text not null check (trigger in ('schedule', 'manual', 'api', 'catch_up', 'replay', 'agent', 'workflow')),
  task_id uuid,
  agent_id uuid,
  contact_id uuid,
  conversation_id uuid,
  -- what the kind needs to start, small; everything read later is in the journal
  input json not null default '{}',
  scheduled_for timestamptz,
  queued_at timestamptz not null default now(),
  -- queued: due since; waiting: due at
  available_at timestamptz not null default now(),
  waiting_for text check (waiting_for in ('approval', 'human', 'time')),
  started_at timestamptz,
  completed_at timestamptz,
  outcome text check (outcome in ('goal_met', 'message_sent', 'no_action_needed', 'handed_over', 'blocked', 'delivery_failed', 'limit_reached', 'none')),
  reason_code text,
  reason_message text,
  summary text,
  -- raised by each claim; every write of a worker names the attempt it belongs to
  attempt integer not null default 0,
  worker_id uuid,
  claimed_at timestamptz,
  -- time spent running in earlier attempts; waiting does not count
  used_ms bigint not null default 0,
  max_time_seconds integer not null default 900,
  deadline_at timestamptz,
  -- deaths in a row without a new step between, and the last step at the latest death
  deaths integer not null default 0,
  deaths_seq integer not null default 0,
  checkpoint_seq integer not null default 0,
  iterations integer not null default 0,
  tool_calls integer not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_usd numeric(14, 6) not null default 0,
  -- a stretch of missed ticks is one row
  missed_count integer,
  missed_first_at timestamptz,
  missed_last_at timestamptz,
  primary key (workspace_id, id)
) with (fillfactor = 85);
create index executions_queue on executions (lane, workspace_id, available_at) where status = 'queued';
create index executions_waiting on executions (available_at) where status = 'waiting';
create index executions_owned on executions (worker_id) where status = 'running';
create index executions_of_task on executions (workspace_id, task_id, id desc) where task_id is not null;
create index executions_active on executions (workspace_id, task_id) where task_id is not null and status in ('queued', 'running', 'waiting');
create index executions_of_conversation on executions (workspace_id, conversation_id, id desc) where conversation_id is not null;
-- A tick makes at most one execution per task and contact, whoever sweeps.
create unique index executions_tick on executions (workspace_id, task_id, scheduled_for, contact_id) nulls not distinct
  where task_id is not null and scheduled_for is not null and trigger in ('schedule', 'catch_up');
create index executions_ended on executions (completed_at) where completed_at is not null;
call protect_table('executions', 'select, insert, update, delete');

-- The journal. Append only, except that a result which comes after its execution ended is kept on its intent.
create table execution_steps (
  workspace_id uuid not null,
  execution_id uuid not null,
  seq integer not null,
  kind text not null check (kind in ('model', 'tool_intent', 'tool_result', 'message', 'wait', 'checkpoint', 'note')),
  name text not null,
  attempt integer not null,
  -- which append wrote it: tells a lost answer from a foreign row
  nonce bigint not null,
  -- {input, output, error, costUsd, inputTokens, outputTokens}; json, not jsonb: it is read back as written
  payload json not null,
  late json,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  primary key (workspace_id, execution_id, seq),
  foreign key (workspace_id, execution_id) references executions (workspace_id, id) on delete cascade
);
call protect_table('execution_steps', 'select, insert');

-- Payloads above 1 MB, so that reading a journal stays cheap.
create table execution_payloads (
  workspace_id uuid not null,
  execution_id uuid not null,
  seq integer not null,
  payload json not null,
  primary key (workspace_id, execution_id, seq),
  foreign key (workspace_id, execution_id) references executions (workspace_id, id) on delete cascade
);
call protect_table('execution_payloads', 'select, insert');
