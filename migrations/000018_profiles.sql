-- What a person chose for the dashboard, wherever they are a member. Sign-in's own tables are those of its library, so
-- this stands beside them; like them it is no tenant's.
create table profiles (
  user_id uuid primary key references auth_users (id) on delete cascade,
  -- null: that of the browser
  timezone text,
  theme text not null default 'system' check (theme in ('system', 'light', 'dark')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
grant select, insert, update, delete on profiles to errand_system;

-- A member who plays a contact has a visitor's token for a while; those of contacts have no end.
alter table web_visitors add column expires_at timestamptz;
