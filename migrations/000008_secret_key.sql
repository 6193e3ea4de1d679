-- Tells the secret key that the stored secrets are sealed with from another one. Holds a digest of it, one row.
create table secret_key_mark (
  mark text not null,
  created_at timestamptz not null default now()
);
create unique index secret_key_mark_only on secret_key_mark ((true));
grant select, insert on secret_key_mark to errand_system;
