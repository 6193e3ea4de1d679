import { Button } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { SavedFilters } from "../saved-filters/index.ts";
import { SearchInput } from "../search-input.tsx";
import classes from "./filter-bar.module.css";
import { countFilters } from "./rules.ts";

interface FilterBarProps<Search> {
  /** Of which list, for its saved filters: "tasks". */
  readonly list: string;
  /** What the text is looked for in: "Search tasks". */
  readonly label: string;
  readonly search: Search;
  /** What was saved, without what is not understood. */
  read(saved: Readonly<Record<string, unknown>>): Search;
  /** In place of all filters. */
  onReplace(search: Search): void;
  readonly children: ReactNode;
  /** Filters that few people set: on a wide page too they lie behind the button. */
  readonly more?: { readonly count: number; readonly filters: ReactNode };
}

/** Text, filters and saved filters of a list. On a narrow page all but the text lie behind a button. */
export function FilterBar<Search extends { readonly q?: string }>(props: FilterBarProps<Search>) {
  const { list, label, search, read, onReplace, children, more } = props;
  const [isOpen, setOpen] = useState(more !== undefined && more.count > 0);
  const count = countFilters(search);
  const fold = (
    <Button
      className={classes.fold}
      data-always={more !== undefined || undefined}
      variant="default"
      leftSection={<IconFilter size={14} aria-hidden />}
      aria-expanded={isOpen}
      onClick={() => setOpen((before) => !before)}
    >
      {more !== undefined && <span className={classes.onWide}>{withCount("More filters", more.count)}</span>}
      <span className={classes.onNarrow}>{withCount("Filters", count)}</span>
    </Button>
  );
  const clear = (count > 0 || search.q !== undefined) && (
    <Button
      variant="subtle"
      color="gray"
      c="dimmed"
      leftSection={<IconX size={14} aria-hidden />}
      onClick={() => onReplace(read({}))}
    >
      Clear
    </Button>
  );
  return (
    <div className={classes.bar}>
      <SearchInput label={label} value={search.q} onChange={(q) => onReplace({ ...search, q })} />
      {more === undefined && fold}
      <div className={classes.filters} data-open={isOpen || undefined}>
        {children}
        {more === undefined && clear}
      </div>
      {more !== undefined && (
        <>
          {fold}
          {clear}
        </>
      )}
      <div className={classes.saved}>
        <SavedFilters list={list} current={{ ...search }} onApply={(saved) => onReplace(read(saved))} />
      </div>
      {more !== undefined && (
        <div className={classes.more} data-open={isOpen || undefined}>
          {more.filters}
        </div>
      )}
    </div>
  );
}

function withCount(word: string, count: number): string {
  return count === 0 ? word : `${word} · ${count}`;
}
