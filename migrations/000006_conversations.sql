create table channels (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  platform text not null check (platform in ('web')),
  kind text not null check (kind in ('page', 'iframe', 'widget', 'api')),
  name text not null,
  status text not null default 'connected' check (status in ('connected', 'disabled')),
  secret_sealed bytea not null,
  default_agent_id uuid,
  demo boolean not null default false,
  meta jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create unique index channels_id on channels (id);
call protect_table('channels', 'select, insert, update, delete');

-- One browser or program that speaks as a contact on a web channel.
create table web_visitors (
  workspace_id uuid not null,
  id uuid not null,
  channel_id uuid not null,
  contact_id uuid not null,
  token_hash bytea not null unique,
  -- proved by the channel's secret
  verified boolean not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index on web_visitors (workspace_id, contact_id);
create index on web_visitors (workspace_id, channel_id);
call protect_table('web_visitors', 'select, insert, update, delete');

create table conversations (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  channel_id uuid not null,
  contact_id uuid not null,
  -- 1, 2, 3 … per contact and channel: the order of the one scroll
  ordinal integer not null,
  status text not null default 'open' check (status in ('open', 'closed')),
  controller text not null default 'agent' check (controller in ('agent', 'human', 'none')),
  -- the newest message, the newest one of the contact, and the newest that a turn, a person or a command dealt with:
  -- messages of the contact above taken_seq wait for an answer
  last_seq integer not null default 0,
  last_inbound_seq integer not null default 0,
  taken_seq integer not null default 0,
  -- the one execution that is to answer, queued (turn_started_at null) or running
  turn_execution_id uuid,
  turn_started_at timestamptz,
  last_message_at timestamptz not null default now(),
  last_inbound_at timestamptz,
  closed_at timestamptz,
  closed_reason text check (closed_reason in ('member', 'agent', 'idle', 'fresh')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, contact_id, channel_id, ordinal),
  foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create unique index conversations_open on conversations (workspace_id, contact_id, channel_id) where status = 'open';
create index on conversations (workspace_id, channel_id);
create index conversations_idle on conversations (last_message_at) where status = 'open';
create index conversations_unanswered on conversations (workspace_id, id) where status = 'open' and last_inbound_seq > taken_seq;
call protect_table('conversations', 'select, insert, update, delete');

-- Which agent may go on answering a conversation, on whose behalf, until when. At most one has not ended; the ended
-- ones stay, so that what replaced what can be read back. One whose time is up is not live even before it is marked.
create table conversation_sessions (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  kind text not null check (kind in ('task')),
  agent_id uuid not null,
  task_id uuid,
  execution_id uuid,
  started_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('superseded', 'expired', 'closed', 'ended')),
  primary key (workspace_id, id),
  foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade,
  check ((ended_at is null) = (end_reason is null))
);
create unique index conversation_sessions_live on conversation_sessions (workspace_id, conversation_id) where ended_at is null;
create index on conversation_sessions (workspace_id, conversation_id, started_at);
create index conversation_sessions_due on conversation_sessions (expires_at) where ended_at is null;
create index conversation_sessions_of_task on conversation_sessions (workspace_id, task_id) where ended_at is null and task_id is not null;
call protect_table('conversation_sessions', 'select, insert, update');

create table messages (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  seq integer not null,
  direction text not null check (direction in ('in', 'out')),
  author_kind text not null check (author_kind in ('contact', 'agent', 'member', 'system')),
  author_id uuid,
  text text not null,
  status text not null check (status in ('held', 'queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'refused', 'withdrawn')),
  reason_code text,
  reason_message text,
  held_until timestamptz,
  execution_id uuid,
  step_seq integer,
  -- <execution>:<seq> of the step that sends it
  idempotency_key text,
  client_message_id text,
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, conversation_id, seq),
  foreign key (workspace_id, conversation_id) references conversations (workspace_id, id) on delete cascade
);
create unique index messages_once on messages (workspace_id, idempotency_key) where idempotency_key is not null;
create index messages_of_execution on messages (workspace_id, execution_id) where execution_id is not null;
call protect_table('messages', 'select, insert, update, delete');

-- The same clientMessageId from the same contact on the same channel is one message, also across conversations.
create table inbound_receipts (
  workspace_id uuid not null,
  channel_id uuid not null,
  contact_id uuid not null,
  client_message_id text not null,
  message_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, channel_id, contact_id, client_message_id),
  foreign key (workspace_id, channel_id) references channels (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
call protect_table('inbound_receipts', 'select, insert');

-- Every verdict of the gate, with each rule's answer.
create table gate_decisions (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  class text not null check (class in ('opening', 'answer', 'human', 'system')),
  allowed boolean not null,
  reason_code text,
  reason_message text,
  -- [{rule, answer: passed|refused|not_asked, code?, message?}]
  rules json not null,
  conversation_id uuid,
  contact_id uuid,
  message_id uuid,
  execution_id uuid,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index on gate_decisions (workspace_id, message_id);
create index on gate_decisions (workspace_id, conversation_id, id desc);
create index on gate_decisions (workspace_id, execution_id);
call protect_table('gate_decisions', 'select, insert');
