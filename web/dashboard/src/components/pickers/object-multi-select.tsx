import { MultiSelect, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import type { Choice } from "./object-select.tsx";

const pauseMs = 200;

export interface ObjectMultiSelectProps {
  readonly label: string;
  readonly description?: ReactNode;
  readonly placeholder?: string;
  readonly value: readonly string[];
  onChange(ids: readonly string[]): void;
  readonly error?: ReactNode;
  readonly disabled?: boolean;
  /** The API's path of the field, so that a fault's field can be focused. */
  readonly path?: string;
}

interface SourceProps {
  /** A hook: the objects that match a text. */
  useChoices(q: string): { readonly choices: readonly Choice[]; readonly isLoading: boolean };
  /** A hook: those of the chosen ones, which may not be among the former; an id without one is shown as gone. */
  useChosen(ids: readonly string[]): readonly Choice[];
  readonly nothing: string;
}

/** Chooses several of many objects by typing parts of their names; the server does the searching. */
export function ObjectMultiSelect(props: ObjectMultiSelectProps & SourceProps) {
  const { value, onChange, placeholder, path, useChoices, useChosen, nothing, ...rest } = props;
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text, pauseMs);
  const { choices, isLoading } = useChoices(q.trim());
  const chosen = useChosen(value);
  const all = new Map([...chosen, ...choices].map((choice) => [choice.id, choice]));
  const data = [...all.values()].map(({ id, label }) => ({ value: id, label }));
  return (
    <MultiSelect
      {...rest}
      data={data}
      value={[...value]}
      onChange={onChange}
      searchable
      searchValue={text}
      onSearchChange={setText}
      // The server has searched already.
      filter={({ options }) => options}
      hidePickedOptions
      maxDropdownHeight={260}
      placeholder={value.length === 0 ? placeholder : undefined}
      nothingFoundMessage={isLoading ? "Searching…" : nothing}
      data-path={path}
      renderOption={({ option }) => {
        const hint = all.get(option.value)?.hint;
        return (
          <div style={{ minWidth: 0 }}>
            <Text size="sm" truncate>
              {option.label}
            </Text>
            {hint !== undefined && (
              <Text size="xs" c="dimmed" truncate>
                {hint}
              </Text>
            )}
          </div>
        );
      }}
    />
  );
}
