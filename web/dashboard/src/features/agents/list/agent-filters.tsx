import { Select } from "@mantine/core";
import type { ModelProvider } from "../../../api/generated/model";
import { SavedFilters } from "../../../components/saved-filters/index.ts";
import { SearchInput } from "../../../components/search-input.tsx";
import type { AgentSearch } from "../../../routes/agents.ts";
import { readAgentSearch } from "../../../routes/agents.ts";
import classes from "./list.module.css";

interface AgentFiltersProps {
  readonly search: AgentSearch;
  readonly providers: readonly ModelProvider[];
  onChange(search: AgentSearch): void;
}

const states = [
  { value: "true", label: "Enabled" },
  { value: "false", label: "Disabled" },
];

export function AgentFilters({ search, providers, onChange }: AgentFiltersProps) {
  const { q, enabled, modelProviderId } = search;
  return (
    <div className={classes.bar}>
      <SearchInput label="Search agents" value={q} onChange={(next) => onChange({ ...search, q: next })} />
      <Select
        aria-label="State"
        placeholder="State"
        size="xs"
        w={120}
        clearable
        clearButtonProps={{ "aria-label": "Clear State" }}
        data={states}
        value={enabled === undefined ? null : String(enabled)}
        onChange={(value) => onChange({ ...search, enabled: value === null ? undefined : value === "true" })}
      />
      <Select
        aria-label="Model provider"
        placeholder="Model provider"
        size="xs"
        w={160}
        clearable
        clearButtonProps={{ "aria-label": "Clear Model provider" }}
        data={providers.map(({ id, name }) => ({ value: id, label: name }))}
        value={modelProviderId ?? null}
        onChange={(value) => onChange({ ...search, modelProviderId: value ?? undefined })}
      />
      <div className={classes.end}>
        <SavedFilters list="agents" current={search} onApply={(saved) => onChange(readAgentSearch(saved))} />
      </div>
    </div>
  );
}
