import { Select } from "@mantine/core";

interface ChoiceFilterProps<T extends string> {
  readonly label: string;
  /** Where nothing is chosen; else the label. */
  readonly placeholder?: string;
  readonly width: number;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly value: T | undefined;
  onChange(value: T | undefined): void;
}

/** A filter by one of a few values. */
export function ChoiceFilter<T extends string>(props: ChoiceFilterProps<T>) {
  const { label, placeholder = label, width, choices, value, onChange } = props;
  return (
    <Select
      size="xs"
      w={width}
      aria-label={label}
      placeholder={placeholder}
      data={choices}
      value={value ?? null}
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      onChange={(chosen) => onChange(choices.find((choice) => choice.value === chosen)?.value)}
    />
  );
}

interface FlagFilterProps
  extends Omit<ChoiceFilterProps<"true" | "false">, "choices" | "value" | "onChange"> {
  /** What those are called that have it: "Opted out". */
  readonly yes: string;
  readonly no: string;
  readonly value: boolean | undefined;
  onChange(value: boolean | undefined): void;
}

/** A filter by what is so or is not. */
export function FlagFilter({ yes, no, value, onChange, ...rest }: FlagFilterProps) {
  return (
    <ChoiceFilter
      {...rest}
      choices={[
        { value: "true", label: yes },
        { value: "false", label: no },
      ]}
      value={value === undefined ? undefined : value ? "true" : "false"}
      onChange={(chosen) => onChange(chosen === undefined ? undefined : chosen === "true")}
    />
  );
}
