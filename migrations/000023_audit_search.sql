-- What an entry of the audit log is found by: its action, the names of the changed fields, their values, however deep,
-- and the request. The values one by one: in the text of the JSON a quotation mark would stand behind a backslash.
create function audit_text(action text, changes jsonb, request_id text) returns text
  language sql immutable parallel safe
  return lower(action || E'\n' || coalesce(request_id, '') || E'\n'
    || coalesce((select string_agg(k.field, E'\n')
      from jsonb_object_keys(case jsonb_typeof(changes) when 'object' then changes else '{}' end) k (field)), '') || E'\n'
    || coalesce((select string_agg(v.value #>> '{}', E'\n') from jsonb_path_query(changes, 'strict $.**') v (value)
      where jsonb_typeof(v.value) in ('string', 'number', 'boolean')), ''));

create index audit_log_search on audit_log using gin (workspace_id, audit_text(action, changes, request_id) gin_trgm_ops);

-- Ids of a page of the entries that a search finds, newest first. What is null is not asked for. It goes on as
-- find_tasks does (see migration 14): the newest are looked through, and how many of them have it decides whether more
-- are, or the index is asked.
create function find_audit_entries(
  search text, most integer, before uuid default null, with_action text default null, of_actor uuid default null,
  with_kind text default null, of_kind text default null, of_target uuid default null,
  since timestamptz default null, until timestamptz default null
) returns setof uuid
  language plpgsql stable security definer rows 100 set search_path = public, pg_temp set jit = off
  set enable_seqscan = off as $$
declare
  looked_through constant integer := 500;
  worth_reading_on constant integer := 10;
  workspace text := quote_literal(required_workspace());
  conditions text := concat(
    ' and a.action = ' || quote_literal(with_action),
    ' and a.actor_id = ' || quote_literal(of_actor),
    ' and a.target_kind = ' || quote_literal(with_kind),
    ' and a.target_kind = ' || quote_literal(of_kind) || ' and a.target_id = ' || quote_literal(of_target),
    ' and a.at >= ' || quote_literal(since),
    ' and a.at < ' || quote_literal(until));
  has_it text := format('strpos(audit_text(a.action, a.changes, a.request_id), lower(%L)) > 0', search);
  found uuid[];
  seen integer;
  reached uuid;
begin
  execute format(
    'with newest as materialized (
       select a.id, a.action, a.changes, a.request_id from audit_log a where a.workspace_id = %s%s%s order by a.id desc limit %s)
     select array(select a.id from newest a where %s order by a.id desc limit %s),
       (select count(*) from newest), (select id from newest order by id limit 1)',
    workspace, conditions, ' and a.id < ' || quote_literal(before) || '::uuid', looked_through, has_it, most)
    into found, seen, reached;
  return query select unnest(found);
  if seen < looked_through or cardinality(found) >= most then
    return;
  end if;

  return query execute case when cardinality(found) >= worth_reading_on then
    format('select a.id from audit_log a where a.workspace_id = %s%s and a.id < %L and %s order by a.id desc limit %s',
      workspace, conditions, reached, has_it, most - cardinality(found))
  else
    format('with having_it as materialized (
        select a.id from audit_log a
        where a.workspace_id = %s and audit_text(a.action, a.changes, a.request_id) like %L%s)
      select id from having_it where id < %L order by id desc limit %s',
      workspace, like_pattern(search), conditions, reached, most - cardinality(found))
  end;
end $$;

revoke execute on function audit_text, find_audit_entries from public;
grant execute on function audit_text, find_audit_entries to errand_tenant, errand_system;
