import type { ModelProvider } from "../../../api/generated/model";
import { ChoiceFilter, FlagFilter } from "../../../components/filter-bar/index.ts";
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

export function AgentFilters({ search, providers, onChange }: AgentFiltersProps) {
  const { q, enabled, modelProviderId } = search;
  return (
    <div className={classes.bar}>
      <SearchInput label="Search agents" value={q} onChange={(next) => onChange({ ...search, q: next })} />
      <FlagFilter
        label="State"
        width={120}
        yes="Enabled"
        no="Disabled"
        value={enabled}
        onChange={(next) => onChange({ ...search, enabled: next })}
      />
      <ChoiceFilter
        label="Model provider"
        width={160}
        choices={providers.map(({ id, name }) => ({ value: id, label: name }))}
        value={modelProviderId}
        onChange={(next) => onChange({ ...search, modelProviderId: next })}
      />
      <div className={classes.end}>
        <SavedFilters list="agents" current={search} onApply={(saved) => onChange(readAgentSearch(saved))} />
      </div>
    </div>
  );
}
