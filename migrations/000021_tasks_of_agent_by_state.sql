-- An agent may have a tenth of a million tasks, of which 64 have paused themselves: read off the agent's tasks or off the
-- state's they took 220 ms.
create index tasks_of_agent_by_state on tasks (workspace_id, agent_id, state, id desc) where agent_id is not null;
