-- Where a member wants something else than the default, which is a mail of every kind.
create table notification_preferences (
  workspace_id uuid not null,
  member_id uuid not null,
  kind text not null,
  email boolean not null,
  updated_at timestamptz not null default now(),
  primary key (workspace_id, member_id, kind),
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade
);
call protect_table('notification_preferences', 'select, insert, update, delete');

-- The unread ones are few among years of read ones, and are counted on every page.
create index notifications_unread on notifications (workspace_id, id desc) where read_at is null;
