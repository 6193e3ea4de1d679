import { ActionIcon, Select, TagsInput, Text, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { DurationField } from "../../../components/form";
import { type Condition, comparisonsOf, filterFields, valueTypes } from "./audience-rules.ts";
import { comparisonWords, fieldWords, kindWords } from "./audience-words.ts";
import classes from "./editor.module.css";

const typeWords = { text: "as text", number: "as number", boolean: "as yes or no" } as const;

interface ConditionRowProps {
  readonly value: Condition;
  /** From 1 on; tells the rows' fields apart for assistive technology. */
  readonly place: number;
  onChange(value: Condition): void;
  onRemove(): void;
  readonly error: ReactNode;
}

/** One condition: what is looked at, how it compares, with what. */
export function ConditionRow({ value, place, onChange, onRemove, error }: ConditionRowProps) {
  const hasFault = error !== undefined && error !== null;
  const comparisons = comparisonsOf[value.kind];
  return (
    <li className={classes.condition}>
      <div className={classes.fields}>
        <span className={classes.kind}>{kindWords[value.kind]}</span>
        <NameField value={value} place={place} onChange={onChange} hasFault={hasFault} />
        <Select
          aria-label={`Comparison of condition ${place}`}
          size="xs"
          w={148}
          data={comparisons.map((comparison) => ({
            value: comparison,
            label: comparisonWords[comparison],
          }))}
          allowDeselect={false}
          value={value.comparison}
          onChange={(next) =>
            onChange({
              ...value,
              comparison: comparisons.find((known) => known === next) ?? value.comparison,
            })
          }
        />
        <ValueField value={value} place={place} onChange={onChange} hasFault={hasFault} />
        <ActionIcon
          variant="subtle"
          color="gray"
          size={30}
          className={classes.remove}
          aria-label={`Remove condition ${place}`}
          onClick={onRemove}
        >
          <IconX size={14} aria-hidden />
        </ActionIcon>
      </div>
      {hasFault && (
        <Text size="xs" c="red" role="alert">
          {error}
        </Text>
      )}
    </li>
  );
}

interface FieldProps {
  readonly value: Condition;
  readonly place: number;
  onChange(value: Condition): void;
  readonly hasFault: boolean;
}

function NameField({ value, place, onChange, hasFault }: FieldProps) {
  if (value.kind === "lastActivity") return null;
  if (value.kind === "field")
    return (
      <Select
        aria-label={`Field of condition ${place}`}
        size="xs"
        w={128}
        data={filterFields.map((field) => ({ value: field, label: fieldWords[field] }))}
        allowDeselect={false}
        value={value.name}
        onChange={(name) => name !== null && onChange({ ...value, name })}
      />
    );
  const placeholder = { tag: "trial", attribute: "plan", memory: "key" }[value.kind];
  return (
    <TextInput
      aria-label={`${value.kind === "tag" ? "Tag" : "Name"} of condition ${place}`}
      size="xs"
      w={128}
      placeholder={placeholder}
      value={value.name}
      error={hasFault}
      onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
    />
  );
}

function ValueField({ value, place, onChange, hasFault }: FieldProps) {
  const label = `Value of condition ${place}`;
  switch (value.comparison) {
    case "has":
    case "notHas":
    case "isSet":
    case "isNotSet":
      return null;
    case "within":
    case "notWithin":
      return <Span value={value} place={place} onChange={onChange} hasFault={hasFault} />;
    case "in":
    case "notIn":
      return (
        <TagsInput
          aria-label={label}
          size="xs"
          flex="1 1 160px"
          placeholder={value.values.length === 0 ? "Enter after each" : ""}
          value={[...value.values]}
          onChange={(values) => onChange({ ...value, values })}
          error={hasFault}
        />
      );
    default:
      return <Operand value={value} place={place} onChange={onChange} hasFault={hasFault} />;
  }
}

function Span({ value, place, onChange }: FieldProps) {
  return (
    <div className={classes.span}>
      <DurationField
        label={`Time of condition ${place}`}
        isLabelHidden
        units={["hours", "days"]}
        value={value.duration}
        onChange={(duration) => onChange({ ...value, duration })}
      />
    </div>
  );
}

/** The text, number, date or truth that is compared with. */
function Operand({ value, place, onChange, hasFault }: FieldProps) {
  const { kind, comparison, type } = value;
  const hasType = (comparison === "equals" || comparison === "notEquals") && kind !== "field";
  const isDate = comparison === "before" || comparison === "after";
  return (
    <>
      {hasType && type === "boolean" ? (
        <Select
          aria-label={`Value of condition ${place}`}
          size="xs"
          w={88}
          data={[
            { value: "true", label: "yes" },
            { value: "false", label: "no" },
          ]}
          allowDeselect={false}
          value={value.value === "true" ? "true" : "false"}
          onChange={(next) => onChange({ ...value, value: next ?? "false" })}
        />
      ) : (
        <TextInput
          aria-label={`Value of condition ${place}`}
          size="xs"
          flex="1 1 120px"
          placeholder={isDate ? "2027-03-01" : ""}
          inputMode={type === "number" || comparison.endsWith("Than") ? "decimal" : "text"}
          value={value.value}
          error={hasFault}
          onChange={(event) => onChange({ ...value, value: event.currentTarget.value })}
        />
      )}
      {hasType && (
        <Select
          aria-label={`Type of condition ${place}`}
          size="xs"
          w={124}
          data={valueTypes.map((known) => ({ value: known, label: typeWords[known] }))}
          allowDeselect={false}
          value={type}
          onChange={(next) => {
            const chosen = valueTypes.find((known) => known === next) ?? type;
            onChange({ ...value, type: chosen, value: chosen === "boolean" ? "true" : value.value });
          }}
        />
      )}
    </>
  );
}
