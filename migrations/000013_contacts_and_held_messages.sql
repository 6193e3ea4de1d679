-- Both are trusted: whoever may create in the database may create them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- Search. Operators that are not leakproof (like, @>, ?) use no index under row-level security, so what needs them runs
-- in functions with the rights of the tables' owner. Each of them reads the workspace from the transaction and from
-- nowhere else.
create function required_workspace() returns uuid
  language plpgsql stable parallel safe as $$
begin
  if current_workspace() is null then
    raise exception 'a search outside a workspace';
  end if;
  return current_workspace();
end $$;

-- What `like` compares with to find a text anywhere in a lower-case one.
create function like_pattern(search text) returns text
  language sql immutable parallel safe
  return '%' || replace(replace(replace(lower(search), '\', '\\'), '%', '\%'), '_', '\_') || '%';

alter table contacts
  add column last_activity_at timestamptz,
  add column search_text text not null generated always as (
    lower(coalesce(name, '') || E'\n' || coalesce(email, '') || E'\n' || coalesce(phone, '') || E'\n' || coalesce(external_id, ''))
  ) stored,
  -- last_activity_at changes with every message and is in no index, so that the row is updated in place where its page
  -- has room
  set (fillfactor = 85);
create index contacts_search on contacts using gin (workspace_id, search_text gin_trgm_ops);
create index contacts_tags on contacts using gin (workspace_id, tags);
create index contacts_attributes on contacts using gin (workspace_id, attributes jsonb_path_ops);
create index on contacts (workspace_id, phone) where phone is not null;
create index on contacts (workspace_id, created_at);
create index contact_memory_by_key on contact_memory (workspace_id, key, contact_id) where key is not null;

-- An attribute as an instant: what is neither date nor instant is null. Who calls it sets the time zone for dates; with a
-- setting of its own it would not be inlined (232 ms for 100 000 contacts instead of 92).
create function attribute_instant(attributes jsonb, name text) returns timestamptz
  language sql stable parallel safe as $$
  select case
    when attributes ->> name ~ '^\d{4}-\d\d-\d\d' and pg_input_is_valid(attributes ->> name, 'timestamptz')
    then (attributes ->> name)::timestamptz
  end
$$;

-- A filter as a condition on `contacts c`. Values come in as literals, so that each filter is planned for its own.
create function contact_condition(filter jsonb) returns text
  language plpgsql stable as $$
declare
  conditions text[] := '{}';
  part record;
  comparison record;
  attribute text;
  condition text;
begin
  for part in select key, value, value #>> '{}' as text from jsonb_each(filter) loop
    case part.key
      when 'all' then
        select coalesce(string_agg(contact_condition(value), ' and '), 'true') into condition from jsonb_array_elements(part.value);
      when 'any' then
        select coalesce(string_agg(contact_condition(value), ' or '), 'false') into condition from jsonb_array_elements(part.value);
      when 'not' then condition := format('(%s) is not true', contact_condition(part.value));
      when 'tag' then condition := format('c.tags @> array[%L]', part.text);
      when 'attribute' then
        attribute := part.value ->> 'name';
        condition := 'true';
        for comparison in select key, value, value #>> '{}' as text from jsonb_each(part.value - 'name') loop
          condition := condition || ' and ' || case comparison.key
            when 'equals' then format('c.attributes @> %L', jsonb_build_object(attribute, comparison.value))
            when 'in' then (
              select '(' || string_agg(format('c.attributes @> %L', jsonb_build_object(attribute, value)), ' or ') || ')'
              from jsonb_array_elements(comparison.value))
            when 'exists' then format('(c.attributes ? %L) = %L', attribute, comparison.text)
            when 'before' then format('attribute_instant(c.attributes, %L) < %L', attribute, comparison.text)
            when 'after' then format('attribute_instant(c.attributes, %L) > %L', attribute, comparison.text)
            when 'greaterThan' then format(
              'case when jsonb_typeof(c.attributes -> %1$L) = ''number'' then (c.attributes ->> %1$L)::numeric > %2$L end',
              attribute, comparison.text)
            when 'lessThan' then format(
              'case when jsonb_typeof(c.attributes -> %1$L) = ''number'' then (c.attributes ->> %1$L)::numeric < %2$L end',
              attribute, comparison.text)
            when 'contains' then format(
              '(c.attributes @> %L or case when jsonb_typeof(c.attributes -> %2$L) = ''string'' then lower(c.attributes ->> %2$L) like %3$L end)',
              jsonb_build_object(attribute, jsonb_build_array(comparison.value)), attribute, like_pattern(comparison.text))
          end;
        end loop;
      when 'memory' then
        condition := format(
          'exists (select from contact_memory m where m.workspace_id = c.workspace_id and m.contact_id = c.id
            and m.key = %L and (m.expires_at is null or m.expires_at > now())%s)',
          part.value ->> 'key',
          case when part.value ? 'equals' then format(' and m.value = %L', part.value -> 'equals') end);
        if part.value -> 'exists' = 'false' then
          condition := 'not ' || condition;
        end if;
      when 'field' then
        condition := case part.value ->> 'name'
          when 'email' then 'c.email_key'
          when 'phone' then 'c.phone'
          when 'language' then 'c.language'
          when 'timezone' then 'c.timezone'
          when 'externalId' then 'c.external_id'
        end;
        condition := concat_ws(' and ',
          condition || case part.value -> 'exists' when 'true' then ' is not null' when 'false' then ' is null' end,
          condition || ' = ' || quote_literal(case part.value ->> 'name'
            when 'email' then lower(part.value ->> 'equals') else part.value ->> 'equals' end));
      when 'lastActivity' then
        condition := concat_ws(' and ',
          'c.last_activity_at < ' || quote_literal(part.value ->> 'before') || '::timestamptz',
          'c.last_activity_at > ' || quote_literal(part.value ->> 'after') || '::timestamptz',
          'c.last_activity_at > now() - ' || quote_literal(part.value ->> 'withinSeconds') || '::int * interval ''1 second''');
      -- What the list of contacts asks as well; an audience cannot.
      when 'search' then condition := format('c.search_text like %L', like_pattern(part.text));
      when 'optedOut' then condition := format('(c.opted_out_at is not null) = %L', part.text);
      when 'demo' then condition := format('c.demo = %L', part.text);
      when 'createdAfter' then condition := format('c.created_at > %L', part.text);
      when 'createdBefore' then condition := format('c.created_at < %L', part.text);
    end case;
    if coalesce(condition, '') = '' then
      raise exception 'no condition can be made of %', part.value;
    end if;
    conditions := conditions || condition;
  end loop;
  return coalesce('(' || array_to_string(conditions, ') and (') || ')', 'true');
end $$;

-- Ids of the contacts that a filter means, in order of id, those beyond an id.
create function find_contacts(filter jsonb, beyond uuid, newest_first boolean, most integer) returns setof uuid
  language plpgsql stable security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
begin
  return query execute format(
    'select c.id from contacts c where c.workspace_id = %L and %s%s order by c.id %s limit %s',
    required_workspace(),
    contact_condition(filter),
    case when newest_first then ' and c.id < ' else ' and c.id > ' end || quote_literal(beyond) || '::uuid',
    case when newest_first then 'desc' else 'asc' end,
    most);
end $$;

create function count_contacts(filter jsonb) returns bigint
  language plpgsql stable security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  total bigint;
begin
  execute format('select count(*) from contacts c where c.workspace_id = %L and %s',
    required_workspace(), contact_condition(filter)) into total;
  return total;
end $$;

-- Who closed a conversation, and what they said about it.
alter table conversations
  add column closed_by_kind text check (closed_by_kind in ('member', 'api_key', 'agent', 'system')),
  add column closed_by_id uuid,
  add column closed_note text;
create index conversation_sessions_by_task on conversation_sessions (workspace_id, task_id, conversation_id) where task_id is not null;

-- Ids of a page of conversations, newest first. What is null is not asked for.
create function find_conversations(
  search text, of_contact uuid, on_channel uuid, with_status text, with_controller text, session_live boolean,
  of_task uuid, before uuid, most integer
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
    ' and c.id < ' || quote_literal(before) || '::uuid',
    case session_live when true then ' and ' when false then ' and not ' end
      || 'exists (select from conversation_sessions s where s.workspace_id = ' || workspace
      || ' and s.conversation_id = c.id and s.ended_at is null and s.expires_at > now())',
    ' and c.id in (select s.conversation_id from conversation_sessions s where s.workspace_id = ' || workspace
      || ' and s.task_id = ' || quote_literal(of_task) || ')',
    ' and c.contact_id in (select k.id from contacts k where k.workspace_id = ' || workspace
      || ' and k.search_text like ' || quote_literal(like_pattern(search)) || ')',
    format(' order by c.id desc limit %s', most));
end $$;

revoke execute on function find_contacts, count_contacts, find_conversations from public;
grant execute on function find_contacts, count_contacts, find_conversations to errand_tenant, errand_system;

alter table messages
  add column purpose text not null default 'service' check (purpose in ('service', 'marketing')),
  -- when it went out; a held message was written before
  add column sent_at timestamptz;

-- Messages that wait for something that passes. The row goes when the message is sent, refused or withdrawn.
create table held_messages (
  workspace_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  class text not null check (class in ('opening', 'answer', 'human', 'system')),
  execution_id uuid,
  task_id uuid,
  -- {kind, taskId, seconds}: what begins when it is sent
  session json,
  held_until timestamptz not null,
  -- when the gate is asked again
  ask_at timestamptz not null,
  primary key (workspace_id, message_id),
  foreign key (workspace_id, message_id) references messages (workspace_id, id) on delete cascade
);
create index held_messages_due on held_messages (ask_at);
create index held_messages_of_conversation on held_messages (workspace_id, conversation_id);
create index held_messages_of_task on held_messages (workspace_id, task_id) where task_id is not null;
create index held_messages_of_execution on held_messages (workspace_id, execution_id) where execution_id is not null;
call protect_table('held_messages', 'select, insert, update, delete');
