-- Templates and schemas are json, not jsonb: what a person wrote comes back in the order in which it was written.
create table tools (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  kind text not null check (kind in ('http')),
  name text not null,
  description text not null,
  method text not null check (method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
  url text not null,
  query json not null default '{}',
  headers json not null default '{}',
  body json,
  auth_kind text not null check (auth_kind in ('none', 'basic', 'bearer', 'header')),
  auth_username text,
  auth_header_name text,
  secret_sealed bytea,
  input_schema json not null,
  timeout_seconds integer not null,
  idempotent boolean not null,
  policy text not null check (policy in ('read')),
  enabled boolean not null default true,
  external_id text,
  meta jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create unique index tools_name on tools (workspace_id, name);
create unique index tools_external_id on tools (workspace_id, external_id) where external_id is not null;
call protect_table('tools', 'select, insert, update, delete');

-- How words are reduced to their stems, by the first part of a BCP 47 language tag. The configurations named here come
-- with every supported PostgreSQL. Anything that changes an answer must rewrite knowledge.search.
create function text_search_configuration(language text) returns regconfig
  language sql immutable parallel safe
  return case lower(split_part(language, '-', 1))
    when 'ar' then 'pg_catalog.arabic'::regconfig
    when 'ca' then 'pg_catalog.catalan'::regconfig
    when 'da' then 'pg_catalog.danish'::regconfig
    when 'de' then 'pg_catalog.german'::regconfig
    when 'el' then 'pg_catalog.greek'::regconfig
    when 'en' then 'pg_catalog.english'::regconfig
    when 'es' then 'pg_catalog.spanish'::regconfig
    when 'eu' then 'pg_catalog.basque'::regconfig
    when 'fi' then 'pg_catalog.finnish'::regconfig
    when 'fr' then 'pg_catalog.french'::regconfig
    when 'ga' then 'pg_catalog.irish'::regconfig
    when 'hi' then 'pg_catalog.hindi'::regconfig
    when 'hu' then 'pg_catalog.hungarian'::regconfig
    when 'hy' then 'pg_catalog.armenian'::regconfig
    when 'id' then 'pg_catalog.indonesian'::regconfig
    when 'it' then 'pg_catalog.italian'::regconfig
    when 'lt' then 'pg_catalog.lithuanian'::regconfig
    when 'nb' then 'pg_catalog.norwegian'::regconfig
    when 'ne' then 'pg_catalog.nepali'::regconfig
    when 'nl' then 'pg_catalog.dutch'::regconfig
    when 'nn' then 'pg_catalog.norwegian'::regconfig
    when 'no' then 'pg_catalog.norwegian'::regconfig
    when 'pt' then 'pg_catalog.portuguese'::regconfig
    when 'ro' then 'pg_catalog.romanian'::regconfig
    when 'ru' then 'pg_catalog.russian'::regconfig
    when 'sr' then 'pg_catalog.serbian'::regconfig
    when 'sv' then 'pg_catalog.swedish'::regconfig
    when 'ta' then 'pg_catalog.tamil'::regconfig
    when 'tr' then 'pg_catalog.turkish'::regconfig
    when 'yi' then 'pg_catalog.yiddish'::regconfig
    else 'pg_catalog.simple'::regconfig
  end;

create table knowledge (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  id uuid not null,
  title text not null,
  text text not null,
  language text,
  tags text[] not null default '{}',
  enabled boolean not null default true,
  external_id text,
  meta jsonb not null default '{}',
  search tsvector not null generated always as (
    setweight(to_tsvector(text_search_configuration(language), title), 'A')
    || setweight(to_tsvector(text_search_configuration(language), text), 'B')
  ) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create unique index knowledge_external_id on knowledge (workspace_id, external_id) where external_id is not null;
create index knowledge_language on knowledge (workspace_id, language);
-- Written seldom and read often: without the list of pending entries, which each search would read to its end.
create index knowledge_search on knowledge using gin (search) with (fastupdate = off);
call protect_table('knowledge', 'select, insert, update, delete');

-- Under row-level security @@ uses no index, because it is not leakproof. These run as the tables' owner, who is not
-- bound by the policies, and therefore name the workspace of the transaction themselves.

-- The languages that the workspace's knowledge is written in, one step through the index for each; null is one of them.
create function knowledge_languages() returns setof text
  language sql stable security definer rows 2 set search_path = pg_catalog, public, pg_temp as $$
  with recursive languages as (
    (select k.language from knowledge k
      where k.workspace_id = current_workspace() and k.language is not null order by k.language limit 1)
    union all
    select (select k.language from knowledge k
      where k.workspace_id = current_workspace() and k.language > l.language order by k.language limit 1)
    from languages l where l.language is not null
  )
  select language from languages where language is not null
  union all
  select null where exists (select from knowledge k where k.workspace_id = current_workspace() and k.language is null)
$$;
revoke execute on function knowledge_languages from public;

-- Knowledge of the workspace that matches a search as people type it, best first; of these ids, or of all if null. Each
-- text is asked in the stems of its own language. Where no text has all the words, those that have some.
create function search_knowledge(query text, ids uuid[], most integer)
  returns table (id uuid, title text, excerpt text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with asked as materialized (
    select l.language, text_search_configuration(l.language) as configuration,
      websearch_to_tsquery(text_search_configuration(l.language), query) as every_word,
      replace(plainto_tsquery(text_search_configuration(l.language), query)::text, ' & ', ' | ')::tsquery as any_word
    from knowledge_languages() l (language)
  ), with_every_word as materialized (
    select k.id, k.title, k.text, a.configuration, a.every_word as words, ts_rank(k.search, a.every_word, 1) as rank
    from asked a join knowledge k on k.language is not distinct from a.language and k.search @@ a.every_word
    where k.workspace_id = current_workspace() and k.enabled and (ids is null or k.id = any (ids))
    order by rank desc, k.id limit most
  ), with_any_word as (
    select k.id, k.title, k.text, a.configuration, a.any_word as words, ts_rank(k.search, a.any_word, 1) as rank
    from asked a join knowledge k on k.language is not distinct from a.language and k.search @@ a.any_word
    where k.workspace_id = current_workspace() and k.enabled and (ids is null or k.id = any (ids))
      and not exists (select from with_every_word)
    order by rank desc, k.id limit most
  )
  select f.id, f.title, case when length(f.text) <= 1400 then f.text else
      ts_headline(f.configuration, f.text, f.words,
        'StartSel="", StopSel="", MaxFragments=3, MaxWords=70, MinWords=30, FragmentDelimiter=" … "')
    end
  from (select * from with_every_word union all select * from with_any_word) f
  order by f.rank desc, f.id
$$;
revoke execute on function search_knowledge from public;
grant execute on function search_knowledge to errand_tenant;

-- Ids of the workspace's knowledge that a list's search finds: every word as in search_knowledge, enabled or not.
create function knowledge_with_words(query text) returns setof uuid
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with asked as materialized (
    select l.language, websearch_to_tsquery(text_search_configuration(l.language), query) as words
    from knowledge_languages() l (language)
  )
  select k.id from asked a join knowledge k on k.language is not distinct from a.language and k.search @@ a.words
  where k.workspace_id = current_workspace()
$$;
revoke execute on function knowledge_with_words from public;
grant execute on function knowledge_with_words to errand_tenant;
