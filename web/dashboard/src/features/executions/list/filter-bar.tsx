import { Button, Select, TextInput } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { AgentSelect } from "../../../components/pickers/agent-select.tsx";
import { ContactSelect } from "../../../components/pickers/contact-select.tsx";
import { TaskSelect } from "../../../components/pickers/task-select.tsx";
import { SavedFilters } from "../../../components/saved-filters/index.ts";
import { SearchInput } from "../../../components/search-input.tsx";
import {
  type ExecutionSearch,
  executionOutcomes,
  executionStatuses,
  executionTriggers,
  readExecutionSearch,
} from "../../../routes/executions.ts";
import { outcomeWords, statusWords, triggerWords } from "../facts/fact-words.ts";
import classes from "./list.module.css";

interface FilterBarProps {
  readonly search: ExecutionSearch;
  /** Sets some filters; undefined takes one away. */
  onChange(changes: ExecutionSearch): void;
  /** In place of all filters. */
  onReplace(search: ExecutionSearch): void;
}

const statuses = executionStatuses.map((value) => ({ value, label: statusWords[value] }));
const outcomes = executionOutcomes.map((value) => ({ value, label: outcomeWords[value] }));
const triggers = executionTriggers.map((value) => ({ value, label: triggerWords[value] }));
const kinds = [
  { value: "task", label: "Runs of tasks" },
  { value: "reply", label: "Replies" },
] as const;

/** Those that lie behind the button. */
const restOf = ["kind", "taskId", "agentId", "contactId", "from", "to"] as const;

/** The filters of the list: the usual ones, and the rest behind a button; on a narrow screen all but the text are. */
export function FilterBar({ search, onChange, onReplace }: FilterBarProps) {
  const { q, ...others } = search;
  const count = Object.values(others).filter((value) => value !== undefined).length;
  const rest = restOf.filter((name) => search[name] !== undefined).length;
  const [isOpen, setOpen] = useState(rest > 0);
  const toggle = () => setOpen((before) => !before);
  return (
    <div className={classes.bar}>
      <SearchInput label="Search executions" value={q} onChange={(text) => onChange({ q: text })} />
      <div className={classes.first} data-open={isOpen || undefined}>
        <Choice
          label="Status"
          width={120}
          choices={statuses}
          value={search.status}
          onChange={(status) => onChange({ status })}
        />
        <Choice
          label="Outcome"
          width={150}
          choices={outcomes}
          value={search.outcome}
          onChange={(outcome) => onChange({ outcome })}
        />
        <Choice
          label="Started by"
          width={150}
          choices={triggers}
          value={search.trigger}
          onChange={(trigger) => onChange({ trigger })}
        />
      </div>
      <Button
        variant="default"
        leftSection={<IconFilter size={14} aria-hidden />}
        aria-expanded={isOpen}
        onClick={toggle}
      >
        <span className={classes.onWide}>{rest === 0 ? "More filters" : `More filters · ${rest}`}</span>
        <span className={classes.onNarrow}>{count === 0 ? "Filters" : `Filters · ${count}`}</span>
      </Button>
      {(count > 0 || q !== undefined) && (
        <Button
          variant="subtle"
          color="gray"
          c="dimmed"
          leftSection={<IconX size={14} aria-hidden />}
          onClick={() => onReplace({})}
        >
          Clear
        </Button>
      )}
      <div className={classes.saved}>
        <SavedFilters
          list="executions"
          current={{ ...search }}
          onApply={(saved) => onReplace(readExecutionSearch(saved))}
        />
      </div>
      <div className={classes.rest} data-open={isOpen || undefined}>
        <Choice
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
      </div>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly width: number;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly value: T | undefined;
  onChange(value: T | undefined): void;
}

function Choice<T extends string>({ label, width, choices, value, onChange }: ChoiceProps<T>) {
  return (
    <Select
      size="xs"
      w={width}
      aria-label={label}
      placeholder={label}
      data={choices}
      value={value ?? null}
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      onChange={(chosen) => onChange(choices.find((choice) => choice.value === chosen)?.value)}
    />
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
