-- Pages of conversations, those with the latest message first. A message writes its conversation's row anew in every
-- index that the row is in, so there are few. All; a channel's; the open ones, where it also says which are idle; and what
-- most conversations are not: closed ones are entered once, when they are closed, and where agents speak nothing is.
create index conversations_by_last_message on conversations (workspace_id, last_message_at desc, id desc);
create index conversations_of_channel on conversations (workspace_id, channel_id, last_message_at desc, id desc);
drop index conversations_workspace_id_channel_id_idx;
create index conversations_open_by_last_message on conversations (workspace_id, last_message_at desc, id desc)
  where status = 'open';
drop index conversations_idle;
create index conversations_closed_by_last_message on conversations (workspace_id, last_message_at desc, id desc)
  where status = 'closed';
create index conversations_without_agent on conversations (workspace_id, controller, last_message_at desc, id desc)
  where controller <> 'agent';

-- As before (see migration 13), in one of two orders: the newest first, or those with the latest message, where `before`
-- is the conversation with which a page ended and before_at the time of its latest message.
drop function find_conversations;
create function find_conversations(
  search text, of_contact uuid, on_channel uuid, with_status text, with_controller text, session_live boolean,
  of_task uuid, before uuid, most integer, by_last_message boolean default false, before_at timestamptz default null
) returns setof uuid
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  workspace text := quote_literal(required_workspace());
begin
  -- concat leaves out what is null. now() and not clock_timestamp(), which would be asked of each conversation in turn.
  return query execute concat(
    'select c.id from conversations c where c.workspace_id = ' || workspace,
    ' and c.contact_id = ' || quote_literal(of_contact),
    ' and c.channel_id = ' || quote_literal(on_channel),
    ' and c.status = ' || quote_literal(with_status),
    ' and c.controller = ' || quote_literal(with_controller),
    case when by_last_message
      then format(' and (c.last_message_at, c.id) < (%L::timestamptz, ', before_at) || quote_literal(before) || '::uuid)'
      else ' and c.id < ' || quote_literal(before) || '::uuid' end,
    case session_live when true then ' and ' when false then ' and not ' end
      || 'exists (select from conversation_sessions s where s.workspace_id = ' || workspace
      || ' and s.conversation_id = c.id and s.ended_at is null and s.expires_at > now())',
    ' and c.id in (select s.conversation_id from conversation_sessions s where s.workspace_id = ' || workspace
      || ' and s.task_id = ' || quote_literal(of_task) || ')',
    ' and c.contact_id in (select k.id from contacts k where k.workspace_id = ' || workspace
      || ' and k.search_text like ' || quote_literal(like_pattern(search)) || ')',
    format(' order by %s limit %s', case when by_last_message then 'c.last_message_at desc, c.id desc' else 'c.id desc' end, most));
end $$;

revoke execute on function find_conversations from public;
grant execute on function find_conversations to errand_tenant, errand_system;
