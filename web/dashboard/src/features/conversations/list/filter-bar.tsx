import { Button, Select } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { ChannelSelect } from "../../../components/pickers/channel-select.tsx";
import { ContactSelect } from "../../../components/pickers/contact-select.tsx";
import { TaskSelect } from "../../../components/pickers/task-select.tsx";
import { SavedFilters } from "../../../components/saved-filters/index.ts";
import { SearchInput } from "../../../components/search-input.tsx";
import { controllers, conversationStatuses, readConversationSearch } from "../../../routes/conversations.ts";
import { controllerWords } from "../controller-pill.tsx";
import classes from "./list.module.css";
import { type ConversationSearch, countFilters } from "./rules.ts";

interface FilterBarProps {
  readonly search: ConversationSearch;
  /** Sets some filters; undefined takes one away. */
  onChange(changes: ConversationSearch): void;
  /** In place of all filters. */
  onReplace(search: ConversationSearch): void;
}

const statusWords = { open: "Open", closed: "Closed" } as const;
const statuses = conversationStatuses.map((value) => ({ value, label: statusWords[value] }));
const speakers = controllers.map((value) => ({ value, label: controllerWords[value] }));
const sessions = [
  { value: "true", label: "Session live" },
  { value: "false", label: "No session" },
];

/** The filters of the list. On a narrow screen all but the text lie behind a button. */
export function FilterBar({ search, onChange, onReplace }: FilterBarProps) {
  const [isShown, setShown] = useState(false);
  const { q, status, controller, channelId, contactId, taskId, sessionLive } = search;
  const count = countFilters(search);
  return (
    <div className={classes.bar}>
      <SearchInput label="Search by contact" value={q} onChange={(text) => onChange({ q: text })} />
      <Button
        className={classes.fold}
        variant="default"
        leftSection={<IconFilter size={14} aria-hidden />}
        aria-expanded={isShown}
        onClick={() => setShown((before) => !before)}
      >
        {count === 0 ? "Filters" : `Filters · ${count}`}
      </Button>
      <div className={classes.filters} data-shown={isShown || undefined}>
        <Select
          size="xs"
          w={140}
          aria-label="Status"
          placeholder="Open or closed"
          data={statuses}
          value={status ?? null}
          clearable
          onChange={(value) => onChange({ status: conversationStatuses.find((one) => one === value) })}
        />
        <Select
          size="xs"
          w={160}
          aria-label="Who speaks"
          placeholder="Who speaks"
          data={speakers}
          value={controller ?? null}
          clearable
          onChange={(value) => onChange({ controller: controllers.find((one) => one === value) })}
        />
        <ChannelSelect
          isFilter
          label="Channel"
          value={channelId ?? null}
          onChange={(id) => onChange({ channelId: id ?? undefined })}
        />
        <Select
          size="xs"
          w={120}
          aria-label="Session"
          placeholder="Session"
          data={sessions}
          value={sessionLive === undefined ? null : String(sessionLive)}
          clearable
          onChange={(value) => onChange({ sessionLive: value === null ? undefined : value === "true" })}
        />
        {contactId !== undefined && (
          <ContactSelect
            isFilter
            label="Contact"
            value={contactId}
            onChange={(id) => onChange({ contactId: id ?? undefined })}
          />
        )}
        {taskId !== undefined && (
          <TaskSelect
            isFilter
            label="Task"
            value={taskId}
            onChange={(id) => onChange({ taskId: id ?? undefined })}
          />
        )}
        {(count > 0 || q !== undefined) && (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() => onReplace({})}
          >
            Clear
          </Button>
        )}
      </div>
      <div className={classes.saved}>
        <SavedFilters
          list="conversations"
          current={search}
          onApply={(saved) => onReplace(readConversationSearch(saved))}
        />
      </div>
    </div>
  );
}
