import { controllerWords } from "../../../components/controller-pill.tsx";
import { ChoiceFilter, FilterBar, FlagFilter } from "../../../components/filter-bar/index.ts";
import { ChannelSelect } from "../../../components/pickers/channel-select.tsx";
import { ContactSelect } from "../../../components/pickers/contact-select.tsx";
import { TaskSelect } from "../../../components/pickers/task-select.tsx";
import { controllers, conversationStatuses, readConversationSearch } from "../../../routes/conversations.ts";
import type { ConversationSearch } from "./rules.ts";

interface ConversationFiltersProps {
  readonly search: ConversationSearch;
  /** In place of all filters. */
  onReplace(search: ConversationSearch): void;
}

const statusWords = { open: "Open", closed: "Closed" } as const;
const statuses = conversationStatuses.map((value) => ({ value, label: statusWords[value] }));
const speakers = controllers.map((value) => ({ value, label: controllerWords[value] }));

/** The filters of the list. */
export function ConversationFilters({ search, onReplace }: ConversationFiltersProps) {
  const { status, controller, channelId, contactId, taskId, sessionLive } = search;
  const change = (changes: ConversationSearch) => onReplace({ ...search, ...changes });
  return (
    <FilterBar<ConversationSearch>
      list="conversations"
      label="Search by contact"
      search={search}
      read={readConversationSearch}
      onReplace={onReplace}
    >
      <ChoiceFilter
        label="Status"
        placeholder="Open or closed"
        width={140}
        choices={statuses}
        value={status}
        onChange={(next) => change({ status: next })}
      />
      <ChoiceFilter
        label="Who speaks"
        width={160}
        choices={speakers}
        value={controller}
        onChange={(next) => change({ controller: next })}
      />
      <ChannelSelect
        isFilter
        label="Channel"
        value={channelId ?? null}
        onChange={(id) => change({ channelId: id ?? undefined })}
      />
      <FlagFilter
        label="Session"
        width={120}
        yes="Session live"
        no="No session"
        value={sessionLive}
        onChange={(next) => change({ sessionLive: next })}
      />
      {contactId !== undefined && (
        <ContactSelect
          isFilter
          label="Contact"
          value={contactId}
          onChange={(id) => change({ contactId: id ?? undefined })}
        />
      )}
      {taskId !== undefined && (
        <TaskSelect
          isFilter
          label="Task"
          value={taskId}
          onChange={(id) => change({ taskId: id ?? undefined })}
        />
      )}
    </FilterBar>
  );
}
