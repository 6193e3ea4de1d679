-- How long a conversation stays open without a message is the workspace's to say.
alter table workspaces
  add column conversation_idle_close_seconds integer not null default 86400
    check (conversation_idle_close_seconds between 300 and 2592000);
-- Idle conversations are looked for by workspace, each with its own time.
drop index conversations_idle;
create index conversations_idle on conversations (workspace_id, last_message_at) where status = 'open';
