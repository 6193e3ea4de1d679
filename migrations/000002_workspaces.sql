create table workspaces (
  id uuid primary key,
  name text not null,
  timezone text not null default 'UTC',
  frozen_at timestamptz,
  frozen_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table workspaces enable row level security;
create policy tenant on workspaces to errand_tenant using (id = nullif(current_setting('app.workspace_id', true), '')::uuid);
create policy system on workspaces to errand_system using (true);
grant select, update on workspaces to errand_tenant;
grant select, insert, update, delete on workspaces to errand_system;

-- Sign-in belongs to people, who may be members of several workspaces, so these four are no tenant's. Columns are
-- those of the sign-in library; only errand_system reaches them.
create table auth_users (
  id uuid primary key,
  name text not null,
  email text not null unique,
  "emailVerified" boolean not null default false,
  image text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create table auth_sessions (
  id uuid primary key,
  "userId" uuid not null references auth_users (id) on delete cascade,
  token text not null unique,
  "expiresAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index on auth_sessions ("userId");
create table auth_accounts (
  id uuid primary key,
  "userId" uuid not null references auth_users (id) on delete cascade,
  "accountId" text not null,
  "providerId" text not null,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  password text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index on auth_accounts ("userId");
create table auth_verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index on auth_verifications (identifier);
grant select, insert, update, delete on auth_users, auth_sessions, auth_accounts, auth_verifications to errand_system;

-- Counts of the rate limiter for sign-in, keyed by purpose and address; columns are those of its library.
create table sign_in_attempts (
  key varchar(255) primary key,
  points integer not null default 0,
  -- milliseconds since 1970
  expire bigint
);
grant select, insert, update, delete on sign_in_attempts to errand_system;

create table members (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  user_id uuid not null references auth_users (id) on delete cascade,
  name text not null,
  email text not null,
  role text not null check (role in ('owner', 'admin', 'operator', 'viewer')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, user_id)
);
create index on members (user_id);
call protect_table('members', 'select, insert, update, delete');

create table invitations (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  -- null: the first start's link, for whoever opens it
  email text,
  role text not null check (role in ('owner', 'admin', 'operator', 'viewer')),
  token_hash bytea not null unique,
  -- the member who made it
  invited_by uuid,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
call protect_table('invitations', 'select, insert, update, delete');

create table api_keys (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  -- the last four characters, so that a person can tell keys apart
  hint text not null,
  key_hash bytea not null unique,
  scope text not null check (scope in ('read', 'write', 'admin')),
  -- may also make owners: the first start's key, so that a program can set everything up
  owner_rights boolean not null default false,
  -- the member who made it
  created_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (workspace_id, id)
);
call protect_table('api_keys', 'select, insert, update');

create table audit_log (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('api_key', 'member', 'system')),
  actor_id uuid,
  -- for instance task.update
  action text not null,
  target_kind text not null,
  target_id uuid,
  -- the changed fields, {field: [before, after]}, secrets left out
  changes jsonb not null default '{}',
  request_id text,
  primary key (workspace_id, id)
);
create index on audit_log (workspace_id, target_kind, target_id, id desc);
call protect_table('audit_log', 'select, insert');

create table idempotency_keys (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  key text not null,
  -- method, path and body
  request_hash bytea not null,
  -- null while the first request runs
  status integer,
  headers jsonb,
  body text,
  locked_until timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, key)
);
create index on idempotency_keys (created_at);
call protect_table('idempotency_keys', 'select, insert, update, delete');

create table notifications (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  -- for instance task.auto_paused
  kind text not null,
  severity text not null check (severity in ('info', 'warning', 'error')),
  title text not null,
  body text not null,
  target_kind text,
  target_id uuid,
  -- one open notification per subject: the same trouble twice is one row
  dedup_key text,
  created_at timestamptz not null default now(),
  read_at timestamptz,
  primary key (workspace_id, id)
);
create unique index notifications_open on notifications (workspace_id, dedup_key) where read_at is null and dedup_key is not null;
call protect_table('notifications', 'select, insert, update');
