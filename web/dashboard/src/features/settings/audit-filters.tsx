import { Button, Select, TextInput } from "@mantine/core";
import classes from "./audit-log-page.module.css";
import { isActionOf, listActions, listKinds } from "./audit-words.ts";

/** `from` and `to` are days. */
interface AuditSearch {
  readonly action?: string | undefined;
  readonly targetKind?: string | undefined;
  readonly actorId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface AuditFiltersProps {
  readonly search: AuditSearch;
  /** Of members and API keys, by id. */
  readonly names: ReadonlyMap<string, string>;
  onChange(change: AuditSearch): void;
}

const none: AuditSearch = {
  action: undefined,
  targetKind: undefined,
  actorId: undefined,
  from: undefined,
  to: undefined,
};

export function AuditFilters({ search, names, onChange }: AuditFiltersProps) {
  const { action, targetKind, actorId, from, to } = search;
  return (
    <div className={classes.bar}>
      <Choice
        label="Kind of object"
        placeholder="Any object"
        choices={listKinds(targetKind)}
        value={targetKind}
        onChange={(kind) => {
          const isLeft = action === undefined || kind === undefined || isActionOf(action, kind);
          onChange({ targetKind: kind, ...(isLeft ? {} : { action: undefined }) });
        }}
      />
      <Choice
        label="Action"
        placeholder="Any action"
        choices={listActions(targetKind, action)}
        value={action}
        onChange={(chosen) => onChange({ action: chosen })}
      />
      <Choice
        label="Who"
        placeholder="Anybody"
        choices={[...names].map(([value, label]) => ({ value, label }))}
        value={actorId}
        onChange={(id) => onChange({ actorId: id })}
      />
      <Day label="From" value={from} onChange={(day) => onChange({ from: day })} />
      <Day label="To" value={to} onChange={(day) => onChange({ to: day })} />
      {Object.values(search).some((value) => value !== undefined) && (
        <Button variant="subtle" onClick={() => onChange(none)}>
          Clear
        </Button>
      )}
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string | undefined;
  onChange(value: string | undefined): void;
}

interface ChoiceProps extends FieldProps {
  readonly placeholder: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

function Choice({ label, placeholder, choices, value, onChange }: ChoiceProps) {
  return (
    <Select
      size="xs"
      w={{ base: "100%", sm: 176 }}
      aria-label={label}
      placeholder={placeholder}
      clearable
      searchable
      nothingFoundMessage="None is called so"
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      data={choices}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
    />
  );
}

function Day({ label, value, onChange }: FieldProps) {
  return (
    <TextInput
      size="xs"
      w={{ base: "100%", sm: 170 }}
      type="date"
      aria-label={label}
      leftSection={<span className={classes.day}>{label}</span>}
      leftSectionWidth={44}
      value={value ?? ""}
      onChange={({ currentTarget }) => onChange(currentTarget.value === "" ? undefined : currentTarget.value)}
    />
  );
}
