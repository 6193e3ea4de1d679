import { Button, Select } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { AgentSelect } from "../../../components/pickers/agent-select.tsx";
import { ContactSelect } from "../../../components/pickers/contact-select.tsx";
import { SavedFilters } from "../../../components/saved-filters/index.ts";
import { SearchInput } from "../../../components/search-input.tsx";
import { taskStateLooks } from "../../../components/task-pill.tsx";
import { readTaskSearch, taskStates } from "../../../routes/tasks.ts";
import classes from "./filter-bar.module.css";
import { countFilters, type TaskSearch } from "./rules.ts";

interface FilterBarProps {
  readonly search: TaskSearch;
  /** Sets some filters; undefined takes one away. */
  onChange(changes: TaskSearch): void;
  /** In place of all filters. */
  onReplace(search: TaskSearch): void;
}

const states = taskStates.map((value) => ({ value, label: taskStateLooks[value].word }));
const kinds = [
  { value: "true", label: "With a schedule" },
  { value: "false", label: "Only on demand" },
];

/** The filters of the list. On a narrow screen all but the text lie behind a button. */
export function FilterBar({ search, onChange, onReplace }: FilterBarProps) {
  const [isOpen, setOpen] = useState(false);
  const { q, state, agentId, contactId, hasFailed, scheduled } = search;
  const count = countFilters(search);
  return (
    <div className={classes.bar}>
      <SearchInput label="Search tasks" value={q} onChange={(text) => onChange({ q: text })} />
      <Button
        className={classes.fold}
        variant="default"
        leftSection={<IconFilter size={14} aria-hidden />}
        aria-expanded={isOpen}
        onClick={() => setOpen((before) => !before)}
      >
        {count === 0 ? "Filters" : `Filters · ${count}`}
      </Button>
      <div className={classes.filters} data-open={isOpen || undefined}>
        <Select
          size="xs"
          w={130}
          aria-label="State"
          placeholder="Any state"
          data={states}
          value={state ?? null}
          clearable
          onChange={(value) => onChange({ state: taskStates.find((known) => known === value) })}
        />
        <AgentSelect
          isFilter
          label="Agent"
          placeholder="Any agent"
          value={agentId ?? null}
          onChange={(id) => onChange({ agentId: id ?? undefined })}
        />
        <ContactSelect
          isFilter
          label="Contact"
          placeholder="Any contact"
          value={contactId ?? null}
          onChange={(id) => onChange({ contactId: id ?? undefined })}
        />
        <Select
          size="xs"
          w={150}
          aria-label="Schedule"
          placeholder="Any schedule"
          data={kinds}
          value={scheduled === undefined ? null : String(scheduled)}
          clearable
          onChange={(value) => onChange({ scheduled: value === null ? undefined : value === "true" })}
        />
        <Button
          variant={hasFailed === true ? "light" : "default"}
          aria-pressed={hasFailed === true}
          title="Where the latest scheduled run that ended failed"
          onClick={() => onChange({ hasFailed: hasFailed === true ? undefined : true })}
        >
          Failed lately
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
      </div>
      <div className={classes.saved}>
        <SavedFilters
          list="tasks"
          current={{ ...search }}
          onApply={(saved) => onReplace(readTaskSearch(saved))}
        />
      </div>
    </div>
  );
}
