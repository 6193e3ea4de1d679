alter table model_providers
  drop constraint model_providers_kind_check,
  add constraint model_providers_kind_check
    check (kind in ('openai', 'anthropic', 'google', 'openai_compatible', 'sandbox')),
  -- calls at once in each worker process; null: no bound
  add column max_concurrent integer check (max_concurrent between 1 and 1000),
  -- model name → prices that go before the built-in ones
  add column prices jsonb not null default '{}';
