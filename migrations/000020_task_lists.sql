-- For filters by how the last execution ended. Columns of their own and no expressions: of an index over an expression
-- PostgreSQL looks at what the expression reads, and every run writes a new last_execution, so that no run's end could
-- write the row in place. These change only when an outcome is another one than the last time. (And `->>` is not
-- leakproof, so that no index over it would be used under row-level security.)
alter table tasks
  add column last_status text generated always as (last_execution ->> 'status') stored,
  add column last_outcome text generated always as (last_execution ->> 'outcome') stored;
create index tasks_by_last_status on tasks (workspace_id, last_status, id desc) where last_status is not null;
create index tasks_by_last_outcome on tasks (workspace_id, last_outcome, id desc) where last_outcome is not null;

-- What comes next in a workspace. At 09:00 there may be as many tasks as you like, so the order needs the task's id.
create index task_schedules_next on task_schedules (workspace_id, next_run_at, task_id) where next_run_at is not null;
-- The few that are for contacts who match a filter, for the question what will reach one contact.
create index task_schedules_next_of_audience on task_schedules (workspace_id, next_run_at, task_id)
  where has_audience and next_run_at is not null;
create index task_contact_runs_coming on task_contact_runs (workspace_id, due_at) where settled_at is null;

-- Which of these filters a contact matches, as their positions from 1. One statement looks at one row, where find_contacts
-- would go on to the next contact that matches, which may be the last of all.
create function match_filters(contact uuid, filters jsonb[]) returns setof integer
  language plpgsql stable security definer set search_path = public, pg_temp set timezone = 'UTC' set jit = off as $$
declare
  workspace text := quote_literal(required_workspace());
begin
  if cardinality(filters) = 0 then
    return;
  end if;
  return query execute format(
    'select n.position::integer from contacts c cross join lateral unnest(array[%s]::boolean[]) with ordinality n (matches, position)
      where c.workspace_id = %s and c.id = %L and n.matches order by 1',
    (select string_agg(contact_condition(f.filter), ', ' order by f.position)
      from unnest(filters) with ordinality f (filter, position)),
    workspace, contact);
end $$;

-- As before (see migration 14), with more filters: several states, joined by commas, and how the last execution ended.
drop function find_tasks;
create function find_tasks(
  search text, most integer, before uuid default null, with_state text default null, of_agent uuid default null,
  of_contact uuid default null, with_external_id text default null, is_scheduled boolean default null,
  has_failed boolean default null, next_run_after timestamptz default null, next_run_before timestamptz default null,
  is_demo boolean default null, with_last_status text default null, with_last_outcome text default null
) returns setof uuid
  language plpgsql stable security definer rows 100 set search_path = public, pg_temp set jit = off
  -- all that is wanted here is looking up, row by row, from the newest on
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  workspace text := quote_literal(required_workspace());
  conditions text := concat(
    ' and t.state in (' || (select string_agg(quote_literal(word), ', ') from unnest(string_to_array(with_state, ',')) word) || ')',
    ' and t.agent_id = ' || quote_literal(of_agent),
    ' and t.contact_id = ' || quote_literal(of_contact),
    ' and t.external_id = ' || quote_literal(with_external_id),
    case is_scheduled when true then ' and t.schedule is not null' when false then ' and t.schedule is null' end,
    case has_failed when true then ' and t.consecutive_failures > 0' when false then ' and t.consecutive_failures = 0' end,
    ' and t.last_status = ' || quote_literal(with_last_status),
    ' and t.last_outcome = ' || quote_literal(with_last_outcome),
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

revoke execute on function find_tasks, match_filters from public;
grant execute on function find_tasks, match_filters to errand_tenant, errand_system;
