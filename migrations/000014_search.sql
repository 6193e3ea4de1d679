-- What a task is found by, apart from the task: the end of every run writes to its row, and where the page is full the
-- new version is entered into every index again, which here is some hundred entries.
create table task_texts (
  workspace_id uuid not null,
  task_id uuid not null,
  -- lower case
  text text not null,
  primary key (workspace_id, task_id),
  foreign key (workspace_id, task_id) references tasks (workspace_id, id) on delete cascade
);
call protect_table('task_texts', 'select, insert, update');

create function keep_task_text() returns trigger
  language plpgsql as $$
begin
  insert into task_texts (workspace_id, task_id, text)
    values (new.workspace_id, new.id, lower(new.name || E'\n' || new.description))
    on conflict (workspace_id, task_id) do update set text = excluded.text;
  return null;
end $$;
create trigger tasks_text_new after insert on tasks for each row execute function keep_task_text();
create trigger tasks_text_changed after update of name, description on tasks
  for each row when (old.name <> new.name or old.description <> new.description) execute function keep_task_text();
insert into task_texts select workspace_id, id, lower(name || E'\n' || description) from tasks;
create index task_texts_search on task_texts using gin (workspace_id, text gin_trgm_ops);

-- Pages of these filters are read in the order of ids: an agent's tasks may be all there are.
drop index tasks_workspace_id_agent_id_idx, tasks_workspace_id_contact_id_idx;
create index tasks_of_agent on tasks (workspace_id, agent_id, id desc) where agent_id is not null;
create index tasks_of_contact on tasks (workspace_id, contact_id, id desc) where contact_id is not null;
create index tasks_on_demand on tasks (workspace_id, id desc) where schedule is null;
create index tasks_scheduled on tasks (workspace_id, id desc) where schedule is not null;

-- Ids of a page of the tasks that a search finds, newest first. What is null is not asked for.
--
-- Nothing tells in advance how many tasks have a word: there are no statistics of long texts. If many have it, the
-- newest tasks hold a page of them, while the index would answer all of them; if few, only the index finds them. So the
-- newest are looked through first, and how many of them have it decides how to go on. strpos takes half the time of
-- like, and no index is tried for it.
create function find_tasks(
  search text, most integer, before uuid default null, with_state text default null, of_agent uuid default null,
  of_contact uuid default null, with_external_id text default null, is_scheduled boolean default null,
  has_failed boolean default null, next_run_after timestamptz default null, next_run_before timestamptz default null,
  is_demo boolean default null
) returns setof uuid
  language plpgsql stable security definer rows 100 set search_path = public, pg_temp set jit = off
  -- all that is wanted here is looking up, row by row, from the newest on
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  workspace text := quote_literal(required_workspace());
  conditions text := concat(
    ' and t.state = ' || quote_literal(with_state),
    ' and t.agent_id = ' || quote_literal(of_agent),
    ' and t.contact_id = ' || quote_literal(of_contact),
    ' and t.external_id = ' || quote_literal(with_external_id),
    case is_scheduled when true then ' and t.schedule is not null' when false then ' and t.schedule is null' end,
    case has_failed when true then ' and t.consecutive_failures > 0' when false then ' and t.consecutive_failures = 0' end,
    ' and t.demo = ' || quote_literal(is_demo),
    case when next_run_after is not null or next_run_before is not null then
      ' and exists (select from task_schedules s where s.workspace_id = ' || workspace || ' and s.task_id = t.id'
      || concat(' and s.next_run_at >= ' || quote_literal(next_run_after), ' and s.next_run_at < ' || quote_literal(next_run_before))
      || ')' end);
  is_plain boolean := conditions = '';
  -- a row costs four times as much where its text has to be looked up
  looked_through integer := case when is_plain then 2000 else 500 end;
  worth_reading_on constant integer := 10;
  candidates text := format(
    case when is_plain then 'select t.task_id as id, t.text from task_texts t where t.workspace_id = %1$s'
      else 'select t.id, (select x.text from task_texts x where x.workspace_id = %1$s and x.task_id = t.id) as text
        from tasks t where t.workspace_id = %1$s' end, workspace) || conditions;
  newest text := format(' order by %s desc limit ', case when is_plain then 't.task_id' else 't.id' end);
  beyond text := format(' and %s < ', case when is_plain then 't.task_id' else 't.id' end);
  found uuid[];
  seen integer;
  reached uuid;
begin
  execute format(
    'with newest as materialized (%s%s%s%s)
     select array(select n.id from newest n where strpos(n.text, lower(%L)) > 0 order by n.id desc limit %s),
       (select count(*) from newest), (select id from newest order by id limit 1)',
    candidates, beyond || quote_literal(before) || '::uuid', newest, looked_through, search, most) into found, seen, reached;
  return query select unnest(found);
  if seen < looked_through or cardinality(found) >= most then
    return;
  end if;

  return query execute case when cardinality(found) >= worth_reading_on then
    format('select n.id from (%s%s%L::uuid%s null) n where strpos(n.text, lower(%L)) > 0 limit %s',
      candidates, beyond, reached, newest, search, most - cardinality(found))
  else
    format('with having_it as materialized (
        select x.task_id as id from task_texts x where x.workspace_id = %1$s and x.text like %2$L)
      select h.id from having_it h join tasks t on t.workspace_id = %1$s and t.id = h.id%3$s
      where h.id < %4$L order by h.id desc limit %5$s',
      workspace, like_pattern(search), conditions, reached, most - cardinality(found))
  end;
end $$;

-- For filters. The statuses and outcomes that are missing here have indexes of their own. `schedule` and `api` have
-- none: executions are written three times, and an index that holds most of them costs each time.
create index executions_by_usual_outcome on executions (workspace_id, outcome, id desc) where outcome in ('message_sent', 'none');
create index executions_by_trigger on executions (workspace_id, trigger, id desc) where trigger not in ('schedule', 'api');
create index executions_by_kind on executions (workspace_id, kind, id desc) where kind in ('reply', 'outreach', 'simulation');

-- Ids of a page of the executions whose task or contact a search finds, newest first. What is null is not asked for.
-- It goes on as find_tasks does, for the same reason; where few tasks and contacts are found, each is asked for its newest.
create function find_executions(
  search text, most integer, before uuid default null, of_task uuid default null, of_agent uuid default null,
  of_contact uuid default null, of_conversation uuid default null, with_status text[] default null, with_kind text default null,
  with_trigger text default null, with_outcome text default null, queued_from timestamptz default null,
  queued_before timestamptz default null, from_id uuid default null, before_id uuid default null
) returns setof uuid
  language plpgsql stable security definer rows 100 set search_path = public, pg_temp set jit = off
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  looked_through constant integer := 500;
  worth_reading_on constant integer := 8;
  few constant integer := 3000;
  workspace text := quote_literal(required_workspace());
  pattern text := quote_literal(like_pattern(search));
  conditions text;
  has_it text;
  found uuid[];
  reached uuid;
  seen integer;
  tasks_found uuid[];
  contacts_found uuid[];
begin
  conditions := concat(
    ' and e.task_id = ' || quote_literal(of_task),
    ' and e.agent_id = ' || quote_literal(of_agent),
    ' and e.contact_id = ' || quote_literal(of_contact),
    ' and e.id in (select id from executions where workspace_id = ' || workspace || ' and conversation_id = ' || quote_literal(of_conversation)
      || ' union all select id from executions where workspace_id = ' || workspace || ' and conversation_ids <> ''{}'' and '
      || quote_literal(of_conversation) || ' = any(conversation_ids))',
    ' and e.status in (' || (select string_agg(quote_literal(word), ', ') from unnest(with_status) word) || ')',
    ' and e.kind = ' || quote_literal(with_kind),
    ' and e.trigger = ' || quote_literal(with_trigger),
    ' and e.outcome = ' || quote_literal(with_outcome),
    ' and e.queued_at >= ' || quote_literal(queued_from),
    ' and e.queued_at < ' || quote_literal(queued_before),
    ' and e.id >= ' || quote_literal(from_id) || '::uuid',
    ' and e.id < ' || quote_literal(before_id) || '::uuid',
    ' and e.id < ' || quote_literal(before) || '::uuid');
  has_it := format(
    '(strpos((select x.text from task_texts x where x.workspace_id = %1$s and x.task_id = e.task_id), lower(%2$L)) > 0
      or strpos((select c.search_text from contacts c where c.workspace_id = %1$s and c.id = e.contact_id), lower(%2$L)) > 0)',
    workspace, search);

  execute format(
    'with newest as materialized (
       select e.id, e.task_id, e.contact_id from executions e where e.workspace_id = %s%s order by e.id desc limit %s)
     select array(select e.id from newest e where %s order by e.id desc limit %s),
       (select count(*) from newest), (select id from newest order by id limit 1)',
    workspace, conditions, looked_through, has_it, most) into found, seen, reached;
  return query select unnest(found);
  if seen < looked_through or cardinality(found) >= most then
    return;
  end if;
  conditions := conditions || format(' and e.id < %L::uuid', reached);
  most := most - cardinality(found);
  if cardinality(found) >= worth_reading_on then
    return query execute format('select e.id from executions e where e.workspace_id = %s%s and %s order by e.id desc limit %s',
      workspace, conditions, has_it, most);
    return;
  end if;

  execute format(
    'select array(select x.task_id from task_texts x where x.workspace_id = %1$s and x.text like %2$s),
       array(select c.id from contacts c where c.workspace_id = %1$s and c.search_text like %2$s)',
    workspace, pattern) into tasks_found, contacts_found;
  return query execute format(
    case when cardinality(tasks_found) + cardinality(contacts_found) <= few then
      'select id from (
         select n.id from unnest($1) f (id) cross join lateral (
           select e.id from executions e where e.workspace_id = %1$s and e.task_id = f.id%2$s order by e.id desc limit %3$s) n
         union
         select n.id from unnest($2) f (id) cross join lateral (
           select e.id from executions e where e.workspace_id = %1$s and e.contact_id = f.id%2$s order by e.id desc limit %3$s) n) n
       order by id desc limit %3$s'
    else
      'select e.id from executions e where e.workspace_id = %1$s%2$s
         and (e.task_id in (select unnest($1)) or e.contact_id in (select unnest($2))) order by e.id desc limit %3$s'
    end, workspace, conditions, most) using tasks_found, contacts_found;
end $$;

revoke execute on function find_tasks, find_executions from public;
grant execute on function find_tasks, find_executions to errand_tenant, errand_system;
