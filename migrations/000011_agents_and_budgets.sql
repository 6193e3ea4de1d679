alter table workspaces
  -- US dollars in a day and a month of the workspace's zone; null: no budget
  add column daily_cost_usd numeric check (daily_cost_usd > 0),
  add column monthly_cost_usd numeric check (monthly_cost_usd > 0);

alter table agents
  add column temperature double precision check (temperature between 0 and 2),
  add column max_output_tokens integer check (max_output_tokens > 0),
  -- BCP 47
  add column language text,
  add column guidance text not null default '',
  add column tool_ids uuid[] not null default '{}',
  add column knowledge_ids uuid[] not null default '{}',
  -- {maxIterations?, maxTimeSeconds?, maxToolCalls?, maxCostUsd?}
  add column limits jsonb not null default '{}',
  add column daily_cost_usd numeric check (daily_cost_usd > 0),
  add column monthly_cost_usd numeric check (monthly_cost_usd > 0);

-- What model calls cost, by day of the workspace's zone. An agent has several rows a day (slots), so that calls which
-- end at the same moment do not wait for each other's row. Agents that are gone keep theirs.
create table cost_days (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  day date not null,
  agent_id uuid not null,
  slot smallint not null,
  cost_usd numeric not null,
  calls integer not null,
  primary key (workspace_id, day, agent_id, slot)
) with (fillfactor = 70);
call protect_table('cost_days', 'select, insert, update, delete');

-- What has been spent of a budget in one day or month: the sum of cost_days, kept beside them while there is a budget so
-- that a reservation need not add them up.
create table budget_counters (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  -- the workspace itself, or an agent
  subject_id uuid not null,
  period text not null check (period in ('day', 'month')),
  starts_on date not null,
  spent_usd numeric not null,
  -- the budget as the latest reservation knew it
  limit_usd numeric not null,
  -- 0, 80 or 100: what people have been told of this budget
  told_percent smallint not null default 0,
  primary key (workspace_id, subject_id, period, starts_on)
) with (fillfactor = 70);
call protect_table('budget_counters', 'select, insert, update, delete');

-- Model calls under way where there is a budget.
create table cost_reservations (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  -- <execution>:<seq>:<attempt>
  key text not null,
  agent_id uuid not null,
  execution_id uuid not null,
  amount_usd numeric not null,
  created_at timestamptz not null,
  primary key (workspace_id, key)
);
call protect_table('cost_reservations', 'select, insert, update, delete');

-- The latest call of an agent that a budget had no room for: as long as it has none, the agent's work need not begin.
create table budget_refusals (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  agent_id uuid not null,
  estimate_usd numeric not null,
  primary key (workspace_id, agent_id)
);
call protect_table('budget_refusals', 'select, insert, update, delete');
