import { Button } from "@mantine/core";
import { ChoiceFilter, FilterBar, FlagFilter } from "../../../components/filter-bar/index.ts";
import { AgentSelect } from "../../../components/pickers/agent-select.tsx";
import { ContactSelect } from "../../../components/pickers/contact-select.tsx";
import { taskStateLooks } from "../../../components/task-pill.tsx";
import { readTaskSearch, taskStates } from "../../../routes/tasks.ts";
import type { TaskSearch } from "./rules.ts";

interface TaskFiltersProps {
  readonly search: TaskSearch;
  /** In place of all filters. */
  onReplace(search: TaskSearch): void;
}

const states = taskStates.map((value) => ({ value, label: taskStateLooks[value].word }));

/** The filters of the list. */
export function TaskFilters({ search, onReplace }: TaskFiltersProps) {
  const { state, agentId, contactId, hasFailed, scheduled } = search;
  const change = (changes: TaskSearch) => onReplace({ ...search, ...changes });
  return (
    <FilterBar<TaskSearch>
      list="tasks"
      label="Search tasks"
      search={search}
      read={readTaskSearch}
      onReplace={onReplace}
    >
      <ChoiceFilter
        label="State"
        placeholder="Any state"
        width={130}
        choices={states}
        value={state}
        onChange={(next) => change({ state: next })}
      />
      <AgentSelect
        isFilter
        label="Agent"
        placeholder="Any agent"
        value={agentId ?? null}
        onChange={(id) => change({ agentId: id ?? undefined })}
      />
      <ContactSelect
        isFilter
        label="Contact"
        placeholder="Any contact"
        value={contactId ?? null}
        onChange={(id) => change({ contactId: id ?? undefined })}
      />
      <FlagFilter
        label="Schedule"
        placeholder="Any schedule"
        width={150}
        yes="With a schedule"
        no="Only on demand"
        value={scheduled}
        onChange={(next) => change({ scheduled: next })}
      />
      <Button
        variant={hasFailed === true ? "light" : "default"}
        aria-pressed={hasFailed === true}
        title="Where the latest scheduled run that ended failed"
        onClick={() => change({ hasFailed: hasFailed === true ? undefined : true })}
      >
        Failed lately
      </Button>
    </FilterBar>
  );
}
