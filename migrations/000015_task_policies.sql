alter table tasks
  -- what differs from the defaults
  add column policies jsonb not null default '{}',
  add column purpose text not null default 'service' check (purpose in ('service', 'marketing')),
  add column when_blocked text not null default 'hold' check (when_blocked in ('hold', 'drop')),
  add column conversation_id uuid,
  add column expires_at timestamptz,
  add column end_when text[] not null default '{}'
    check (end_when <@ array['goal_met', 'conversation_closed', 'contact_replied']),
  add column audience json,
  add column may_write_to text not null default 'contact' check (may_write_to in ('contact', 'any')),
  -- true from an automatic pause to the next scheduled run that completes
  add column recovering boolean not null default false,
  -- {status, outcome, completedAt, summary} of last_execution_id: it outlives the execution
  add column last_execution json;
update tasks t set last_execution = json_build_object('status', e.status, 'outcome', e.outcome, 'completedAt', e.completed_at,
    'summary', e.summary)
  from executions e where e.workspace_id = t.workspace_id and e.id = t.last_execution_id;
create index tasks_expiring on tasks (expires_at) where expires_at is not null and state <> 'ended';
create index tasks_by_state on tasks (workspace_id, state, id desc);
create index tasks_failing on tasks (workspace_id, id desc) where consecutive_failures > 0;

alter table task_schedules
  -- null: the defaults, so that the sweep reads nothing more for most tasks
  add column policies json,
  -- ticks that ran, counted where the rule has `maxRuns`
  add column runs_count integer not null default 0,
  add column expires_at timestamptz,
  add column has_audience boolean not null default false;

alter table executions
  -- waits for the executions of its task that are under way
  add column after_previous boolean not null default false,
  -- conversations it wrote in besides conversation_id
  add column conversation_ids uuid[] not null default '{}';
create index executions_after_previous on executions (workspace_id, task_id) where after_previous;
create index executions_of_contact on executions (workspace_id, contact_id, id desc) where contact_id is not null;
create index executions_of_agent on executions (workspace_id, agent_id, id desc) where agent_id is not null;
-- For filters: what is left out is so frequent that walking the newest finds it at once.
create index executions_by_status on executions (workspace_id, status, id desc) where status in ('failed', 'canceled', 'skipped');
create index executions_by_outcome on executions (workspace_id, outcome, id desc)
  where outcome in ('goal_met', 'no_action_needed', 'handed_over', 'blocked', 'delivery_failed', 'limit_reached');
create index executions_of_conversations on executions (workspace_id, id desc) where conversation_ids <> '{}';
-- Retention goes by workspace, each with its own number of days.
drop index executions_ended;
create index executions_ended on executions (workspace_id, completed_at) where completed_at is not null;

alter table workspaces
  add column execution_retention_days integer not null default 90 check (execution_retention_days between 1 and 3650);
