create table contacts (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  name text,
  email text,
  -- what the email filter compares: addresses are matched without regard to case, and an expression index would not
  -- be used under row-level security, because lower() is not leakproof
  email_key text generated always as (lower(email)) stored,
  phone text,
  timezone text,
  language text,
  attributes jsonb not null default '{}',
  tags text[] not null default '{}',
  external_id text,
  meta jsonb not null default '{}',
  opted_out_at timestamptz,
  opted_out_reason text,
  demo boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create unique index contacts_external_id on contacts (workspace_id, external_id) where external_id is not null;
create index on contacts (workspace_id, email_key, id desc) where email_key is not null;
create index contacts_demo on contacts (workspace_id, id) where demo;
call protect_table('contacts', 'select, insert, update, delete');

create table contact_identities (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  platform text not null,
  address text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, platform, address),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create index on contact_identities (workspace_id, contact_id);
call protect_table('contact_identities', 'select, insert, delete');

create table contact_memory (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  key text,
  value jsonb,
  text text not null,
  source text not null check (source in ('agent', 'member', 'api')),
  execution_id uuid,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts (workspace_id, id) on delete cascade
);
create unique index contact_memory_key on contact_memory (workspace_id, contact_id, key) where key is not null;
create index on contact_memory (workspace_id, contact_id);
call protect_table('contact_memory', 'select, insert, update, delete');
