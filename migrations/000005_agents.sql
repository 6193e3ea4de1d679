create table model_providers (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  kind text not null check (kind in ('openai_compatible', 'sandbox')),
  base_url text,
  api_key_sealed bytea,
  meta jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
call protect_table('model_providers', 'select, insert, update, delete');

create table agents (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text not null,
  instructions text not null,
  model_provider_id uuid not null,
  model text not null,
  enabled boolean not null default true,
  is_default boolean not null default false,
  demo boolean not null default false,
  meta jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, model_provider_id) references model_providers (workspace_id, id)
);
create unique index agents_default on agents (workspace_id) where is_default;
create index on agents (workspace_id, model_provider_id);
call protect_table('agents', 'select, insert, update, delete');
