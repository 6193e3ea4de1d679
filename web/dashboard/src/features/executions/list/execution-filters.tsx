import { TextInput } from "@mantine/core";
import { ChoiceFilter, FilterBar } from "../../../components/filter-bar/index.ts";
import { AgentSelect } from "../../../components/pickers/agent-select.tsx";
import { ContactSelect } from "../../../components/pickers/contact-select.tsx";
import { TaskSelect } from "../../../components/pickers/task-select.tsx";
import {
  type ExecutionSearch,
  executionOutcomes,
  executionStatuses,
  executionTriggers,
  readExecutionSearch,
} from "../../../routes/executions.ts";
import { outcomeWords, statusWords, triggerWords } from "../facts/fact-words.ts";
import classes from "./list.module.css";

interface ExecutionFiltersProps {
  readonly search: ExecutionSearch;
  /** In place of all filters. */
  onReplace(search: ExecutionSearch): void;
}

interface FiltersProps {
  readonly search: ExecutionSearch;
  /** Sets some filters; undefined takes one away. */
  onChange(changes: ExecutionSearch): void;
}

const statuses = executionStatuses.map((value) => ({ value, label: statusWords[value] }));
const outcomes = executionOutcomes.map((value) => ({ value, label: outcomeWords[value] }));
const triggers = executionTriggers.map((value) => ({ value, label: triggerWords[value] }));
const kinds = [
  { value: "task", label: "Runs of tasks" },
  { value: "reply", label: "Replies" },
] as const;

/** Those that lie behind the button. */
const rest = ["kind", "taskId", "agentId", "contactId", "from", "to"] as const;

/** The filters of the list: the usual ones, and the rest behind a button. */
export function ExecutionFilters({ search, onReplace }: ExecutionFiltersProps) {
  const change = (changes: ExecutionSearch) => onReplace({ ...search, ...changes });
  return (
    <FilterBar<ExecutionSearch>
      list="executions"
      label="Search executions"
      search={search}
      read={readExecutionSearch}
      onReplace={onReplace}
      more={{
        count: rest.filter((name) => search[name] !== undefined).length,
        filters: <Rest search={search} onChange={change} />,
      }}
    >
      <ChoiceFilter
        label="Status"
        width={120}
        choices={statuses}
        value={search.status}
        onChange={(status) => change({ status })}
      />
      <ChoiceFilter
        label="Outcome"
        width={150}
        choices={outcomes}
        value={search.outcome}
        onChange={(outcome) => change({ outcome })}
      />
      <ChoiceFilter
        label="Started by"
        width={150}
        choices={triggers}
        value={search.trigger}
        onChange={(trigger) => change({ trigger })}
      />
    </FilterBar>
  );
}

function Rest({ search, onChange }: FiltersProps) {
  return (
    <>
      <ChoiceFilter
        label="Kind"
        width={130}
        choices={kinds}
        value={search.kind}
        onChange={(kind) => onChange({ kind })}
      />
      <TaskSelect
        isFilter
        label="Task"
        value={search.taskId ?? null}
        onChange={(id) => onChange({ taskId: id ?? undefined })}
      />
      <AgentSelect
        isFilter
        label="Agent"
        value={search.agentId ?? null}
        onChange={(id) => onChange({ agentId: id ?? undefined })}
      />
      <ContactSelect
        isFilter
        label="Contact"
        value={search.contactId ?? null}
        onChange={(id) => onChange({ contactId: id ?? undefined })}
      />
      <Day label="From" value={search.from} onChange={(from) => onChange({ from })} />
      <Day label="To" value={search.to} onChange={(to) => onChange({ to })} />
    </>
  );
}

interface DayProps {
  readonly label: string;
  readonly value: string | undefined;
  onChange(value: string | undefined): void;
}

function Day({ label, value, onChange }: DayProps) {
  return (
    <TextInput
      size="xs"
      w={170}
      type="date"
      aria-label={`Queued ${label.toLowerCase()}`}
      leftSection={<span className={classes.day}>{label}</span>}
      leftSectionWidth={44}
      value={value ?? ""}
      onChange={(event) => {
        const day = event.currentTarget.value;
        onChange(day === "" ? undefined : day);
      }}
    />
  );
}
