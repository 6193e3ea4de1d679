-- The two roles that statements run as. They belong to the cluster, not to this database, so another Errand
-- database may have made them already; making them twice at the same moment must not fail either.
do $$
declare
  wanted name;
begin
  foreach wanted in array array['errand_tenant', 'errand_system'] loop
    -- Looked for first: on a managed server somebody else may have made the roles and keep the right to make any.
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin nosuperuser nobypassrls', wanted);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    -- Of a superuser this is true for every role; it can take on a role without being a member.
    if not pg_has_role(current_user, wanted, 'member') then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end $$;

grant usage on schema public to errand_tenant, errand_system;
-- For the readiness probe.
grant select on schema_migrations to errand_system;

-- The workspace of the running transaction; null outside one, so that nothing matches.
create function current_workspace() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.workspace_id', true), '')::uuid;

-- Called once per tenant table: row-level security with one policy for each role. `rights` are the tenant's.
create procedure protect_table(target regclass, rights text)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('create policy tenant on %s to errand_tenant using (workspace_id = nullif(current_setting(''app.workspace_id'', true), '''')::uuid)', target);
  execute format('create policy system on %s to errand_system using (true)', target);
  execute format('grant %s on %s to errand_tenant', rights, target);
  execute format('grant select, insert, update, delete on %s to errand_system', target);
end $$;
