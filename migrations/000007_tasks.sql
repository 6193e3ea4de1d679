create table tasks (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  description text not null,
  agent_id uuid,
  contact_id uuid,
  channel_id uuid,
  -- null: only on demand
  schedule jsonb,
  session_duration_seconds integer not null default 86400,
  limits jsonb not null default '{}',
  meta jsonb not null default '{}',
  external_id text,
  state text not null default 'active' check (state in ('active', 'paused', 'auto_paused', 'ended')),
  state_reason_code text,
  state_reason_message text,
  consecutive_failures integer not null default 0,
  last_execution_id uuid,
  last_run_at timestamptz,
  demo boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create unique index tasks_external_id on tasks (workspace_id, external_id) where external_id is not null;
create index on tasks (workspace_id, contact_id) where contact_id is not null;
create index on tasks (workspace_id, agent_id) where agent_id is not null;
create index tasks_demo on tasks (workspace_id, id) where demo;
call protect_table('tasks', 'select, insert, update, delete');

-- What the sweep needs and nothing more: its updates stay on the page, and a million rows stay in memory.
create table task_schedules (
  workspace_id uuid not null,
  task_id uuid not null,
  agent_id uuid,
  contact_id uuid,
  max_time_seconds integer not null,
  rule json not null,
  -- when the schedule was set: day 0 of "every n days"
  anchor_at timestamptz not null,
  -- null: paused, ended, or fired for the last time
  next_run_at timestamptz,
  primary key (workspace_id, task_id),
  foreign key (workspace_id, task_id) references tasks (workspace_id, id) on delete cascade
) with (fillfactor = 70);
create index task_schedules_due on task_schedules (next_run_at) where next_run_at is not null;
-- Where the reconciler looks for tasks that ought to have a next run. Firing moves no row in or out of it.
create index task_schedules_unarmed on task_schedules (workspace_id, task_id) where next_run_at is null;
call protect_table('task_schedules', 'select, insert, update, delete');
