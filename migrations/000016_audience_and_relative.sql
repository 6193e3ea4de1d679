alter table executions
  -- the execution that this one repeats
  add column replay_of uuid;
-- A run over an audience asks for each contact whether its last execution has ended. Only executions of such runs and a
-- few others are in this lane, so that ordinary ones pay nothing for it.
create index executions_of_audience on executions (workspace_id, task_id, contact_id)
  where lane = 'bulk' and status in ('queued', 'running', 'waiting');

-- What a durable job goes through a task's contacts for, as far as it has come. Gone when it is done.
create table task_walks (
  workspace_id uuid not null,
  id uuid not null,
  task_id uuid not null,
  -- fire: an execution for each contact; place: the due times of a relative schedule
  purpose text not null check (purpose in ('fire', 'place')),
  trigger text,
  scheduled_for timestamptz,
  -- {filter, maxContactsPerRun, pacePerMinute} as they were at the beginning
  audience json not null,
  -- every contact up to this one has been dealt with
  after_contact uuid,
  -- counts of what was done so far
  tally json not null default '{}',
  started_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, id),
  foreign key (workspace_id, task_id) references tasks (workspace_id, id) on delete cascade
);
create index on task_walks (workspace_id, task_id);
call protect_table('task_walks', 'select, insert, update, delete');

-- Contacts of an audience for whom a task is over, although it goes on for the others.
create table task_goals_reached (
  workspace_id uuid not null,
  task_id uuid not null,
  contact_id uuid not null,
  goal text not null,
  reached_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, task_id, contact_id),
  foreign key (workspace_id, task_id) references tasks (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index on task_goals_reached (workspace_id, contact_id);
call protect_table('task_goals_reached', 'select, insert, update, delete');
create index tasks_with_goals on tasks (workspace_id, contact_id) where end_when <> '{}' and state <> 'ended';

-- Tasks that have, or once had, a relative schedule.
create table task_relatives (
  workspace_id uuid not null,
  task_id uuid not null,
  -- null: it has another schedule now
  rule json,
  contact_id uuid,
  audience json,
  primary key (workspace_id, task_id),
  foreign key (workspace_id, task_id) references tasks (workspace_id, id) on delete cascade
);
-- Contacts are asked about with every change of them; nulls are the tasks with an audience.
create index task_relatives_of_contact on task_relatives (workspace_id, contact_id) where rule is not null;
call protect_table('task_relatives', 'select, insert, update, delete');

-- What a relative schedule makes of one value of a contact's attribute. A settled row stays: once per value. It refers
-- to task_relatives because inserting must not wait for a lock on the task, which is taken before a contact's elsewhere.
create table task_contact_runs (
  workspace_id uuid not null,
  task_id uuid not null,
  contact_id uuid not null,
  -- the attribute's value as text, its first 200 characters
  value text not null,
  -- null: the value is no date
  due_at timestamptz,
  -- when it was fired or skipped; null: waits for its time
  settled_at timestamptz,
  primary key (workspace_id, task_id, contact_id, value),
  foreign key (workspace_id, task_id) references task_relatives (workspace_id, task_id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade,
  check (due_at is not null or settled_at is not null)
);
create index task_contact_runs_due on task_contact_runs (due_at) where settled_at is null;
create index task_contact_runs_next on task_contact_runs (workspace_id, task_id, due_at) where settled_at is null;
create index on task_contact_runs (workspace_id, contact_id);
call protect_table('task_contact_runs', 'select, insert, update, delete');

-- Tasks that agents made to come back to a contact. One for each conversation and time.
create table task_follow_ups (
  workspace_id uuid not null,
  task_id uuid not null,
  contact_id uuid,
  conversation_id uuid,
  due_at timestamptz not null,
  primary key (workspace_id, task_id),
  unique nulls not distinct (workspace_id, contact_id, conversation_id, due_at),
  foreign key (workspace_id, task_id) references tasks (workspace_id, id) on delete cascade
);
call protect_table('task_follow_ups', 'select, insert, update, delete');
