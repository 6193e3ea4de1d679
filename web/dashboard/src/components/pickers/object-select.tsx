import { Combobox, InputBase, Loader, ScrollArea, Text, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";

const pauseMs = 200;

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
}

export interface ObjectSelectProps {
  readonly label: string;
  readonly description?: ReactNode;
  readonly placeholder?: string;
  readonly value: string | null;
  onChange(id: string | null): void;
  readonly error?: ReactNode;
  readonly required?: boolean;
  readonly isClearable?: boolean;
  readonly disabled?: boolean;
  /** In a bar of filters: small, and the label is where the chosen name will be. */
  readonly isFilter?: boolean;
  /** The API's path of the field, so that a fault's field can be focused. */
  readonly path?: string;
}

interface SourceProps {
  /** A hook: the objects that match a text, and whether they are still asked for. */
  useChoices(q: string): { readonly choices: readonly Choice[]; readonly isLoading: boolean };
  /** A hook: the label of the chosen one, which may not be among those. */
  useLabel(id: string | null): string | undefined;
  readonly nothing: string;
}

/** Chooses one of many objects by typing a part of its name; the server does the searching. */
export function ObjectSelect(props: ObjectSelectProps & SourceProps) {
  const { label, description, placeholder, value, onChange, error, required, disabled, path } = props;
  const { isClearable = true, isFilter = false, useChoices, useLabel, nothing } = props;
  const [text, setText] = useState<string | null>(null);
  const [q] = useDebouncedValue(text ?? "", pauseMs);
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setText(null);
    },
  });
  const { choices, isLoading } = useChoices(q.trim());
  const chosen = useLabel(value);
  const choose = (id: string | null) => {
    onChange(id);
    combobox.closeDropdown();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target withExpandedAttribute>
        <InputBase
          {...(isFilter
            ? { "aria-label": label, placeholder: placeholder ?? label, size: "xs", w: 150 }
            : { label, description, placeholder })}
          error={error}
          required={required}
          disabled={disabled}
          data-path={path}
          value={text ?? chosen ?? ""}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
            combobox.resetSelectedOption();
          }}
          onFocus={() => combobox.openDropdown()}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          rightSection={
            value !== null && isClearable && !disabled ? (
              <Combobox.ClearButton onClear={() => choose(null)} aria-label={`Clear ${label}`} />
            ) : (
              <Combobox.Chevron />
            )
          }
          rightSectionPointerEvents={value !== null && isClearable ? "all" : "none"}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options aria-label={label}>
          <ScrollArea.Autosize mah={260} type="scroll">
            {choices.map((choice) => (
              <Combobox.Option key={choice.id} value={choice.id} active={choice.id === value}>
                <Text size="sm" span>
                  {choice.label}
                </Text>
                {choice.hint !== undefined && (
                  <Text size="xs" c="dimmed" span ml={8}>
                    {choice.hint}
                  </Text>
                )}
              </Combobox.Option>
            ))}
            {choices.length === 0 && (
              <Combobox.Empty>{isLoading ? <Loader size="xs" /> : nothing}</Combobox.Empty>
            )}
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
