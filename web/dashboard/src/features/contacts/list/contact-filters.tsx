import { FilterBar, FlagFilter } from "../../../components/filter-bar/index.ts";
import { readContactSearch } from "../../../routes/contacts.ts";
import type { ContactSearch } from "./rules.ts";
import { TextFilter } from "./text-filter.tsx";

interface ContactFiltersProps {
  readonly search: ContactSearch;
  readonly knownTags: readonly string[];
  readonly knownLanguages: readonly string[];
  /** In place of all filters. */
  onReplace(search: ContactSearch): void;
}

/** The filters of the list. */
export function ContactFilters({ search, knownTags, knownLanguages, onReplace }: ContactFiltersProps) {
  const { tag, language, optedOut } = search;
  const change = (changes: ContactSearch) => onReplace({ ...search, ...changes });
  return (
    <FilterBar<ContactSearch>
      list="contacts"
      label="Search contacts"
      search={search}
      read={readContactSearch}
      onReplace={onReplace}
    >
      <TextFilter
        label="Tag"
        placeholder="Any tag"
        value={tag}
        suggestions={knownTags}
        onChange={(text) => change({ tag: text })}
      />
      <TextFilter
        label="Language"
        placeholder="Any language"
        value={language}
        suggestions={knownLanguages}
        onChange={(text) => change({ language: text })}
      />
      <FlagFilter
        label="Opt-out"
        placeholder="Opted out or not"
        width={160}
        yes="Opted out"
        no="May be written to"
        value={optedOut}
        onChange={(next) => change({ optedOut: next })}
      />
    </FilterBar>
  );
}
