import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import classes from "./audit-log-page.module.css";

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
  const { action, targetKind, actorId = null, from, to } = search;
  return (
    <div className={classes.bar}>
      <Typed
        label="Action"
        placeholder="task.update"
        value={action}
        onChange={(text) => onChange({ action: text })}
      />
      <Typed
        label="Kind of object"
        placeholder="task"
        value={targetKind}
        onChange={(text) => onChange({ targetKind: text })}
      />
      <Select
        size="xs"
        w={{ base: "100%", sm: 176 }}
        aria-label="Who"
        placeholder="Anybody"
        clearable
        searchable
        clearButtonProps={{ "aria-label": "Clear Who" }}
        data={[...names].map(([value, label]) => ({ value, label }))}
        value={actorId}
        onChange={(id) => onChange({ actorId: id ?? undefined })}
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

/** A filter that takes an exact word. */
function Typed({ label, placeholder, value, onChange }: FieldProps & { readonly placeholder: string }) {
  const [typed, setTyped] = useState(value ?? "");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // While somebody types, their letters count: the value lags behind them.
    if (document.activeElement !== input.current) setTyped(value ?? "");
  }, [value]);
  const tell = useDebouncedCallback(
    (text: string) => onChange(text.trim() === "" ? undefined : text.trim()),
    300,
  );
  return (
    <TextInput
      ref={input}
      size="xs"
      w={{ base: "100%", sm: 176 }}
      aria-label={label}
      placeholder={`${label}: ${placeholder}`}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        tell(currentTarget.value);
      }}
      // Whoever goes on to something else must not be brought back by what is told later.
      onBlur={() => tell.flush()}
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
