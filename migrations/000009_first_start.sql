-- What a first start that died in the middle leaves to the next one. One row, of the first workspace.
create table first_start (
  workspace_id uuid primary key references workspaces (id) on delete cascade,
  -- the key that was made to be printed; null if it came from the settings
  api_key_id uuid,
  -- the demo is still to be made
  demo_wanted boolean not null
);
call protect_table('first_start', 'select, update');
