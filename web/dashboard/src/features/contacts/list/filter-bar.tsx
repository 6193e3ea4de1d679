import { Button, Select } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { SavedFilters } from "../../../components/saved-filters/index.ts";
import { SearchInput } from "../../../components/search-input.tsx";
import { readContactSearch } from "../../../routes/contacts.ts";
import classes from "./filter-bar.module.css";
import { type ContactSearch, countFilters } from "./rules.ts";
import { TextFilter } from "./text-filter.tsx";

interface FilterBarProps {
  readonly search: ContactSearch;
  readonly knownTags: readonly string[];
  readonly knownLanguages: readonly string[];
  /** Sets some filters; undefined takes one away. */
  onChange(changes: ContactSearch): void;
  /** In place of all filters. */
  onReplace(search: ContactSearch): void;
}

const optOuts = [
  { value: "true", label: "Opted out" },
  { value: "false", label: "May be written to" },
];

/** The filters of the list. On a narrow screen all but the text lie behind a button. */
export function FilterBar({ search, knownTags, knownLanguages, onChange, onReplace }: FilterBarProps) {
  const [isOpen, setOpen] = useState(false);
  const { q, tag, language, optedOut } = search;
  const count = countFilters(search);
  return (
    <div className={classes.bar}>
      <SearchInput label="Search contacts" value={q} onChange={(text) => onChange({ q: text })} />
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
        <TextFilter
          label="Tag"
          placeholder="Any tag"
          value={tag}
          suggestions={knownTags}
          onChange={(text) => onChange({ tag: text })}
        />
        <TextFilter
          label="Language"
          placeholder="Any language"
          value={language}
          suggestions={knownLanguages}
          onChange={(text) => onChange({ language: text })}
        />
        <Select
          size="xs"
          w={160}
          aria-label="Opt-out"
          placeholder="Opted out or not"
          data={optOuts}
          value={optedOut === undefined ? null : String(optedOut)}
          clearable
          onChange={(value) => onChange({ optedOut: value === null ? undefined : value === "true" })}
        />
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
          list="contacts"
          current={{ ...search }}
          onApply={(saved) => onReplace(readContactSearch(saved))}
        />
      </div>
    </div>
  );
}
