import {
  ActionIcon,
  Button,
  Input,
  NativeSelect,
  SegmentedControl,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useId, useState } from "react";
import { JsonField } from "../../../components/form";
import { valueTypes, valueTypeWords } from "../values/rules.ts";
import classes from "./attributes-field.module.css";
import { type AttributeRow, readRows, toRows, withRow } from "./rules.ts";

interface AttributesFieldProps {
  readonly rows: readonly AttributeRow[];
  onChange(rows: readonly AttributeRow[]): void;
  /** The API's path → its sentence. */
  readonly errors: Readonly<Record<string, unknown>>;
  /** Told what is wrong with the JSON text, so that the form can hold it back. */
  onJsonFault(fault: string | null): void;
}

const modes = [
  { value: "rows", label: "Fields" },
  { value: "json", label: "JSON" },
];

/** Attributes as rows of name, type and value, or all of them as one JSON object. */
export function AttributesField({ rows, onChange, errors, onJsonFault }: AttributesFieldProps) {
  const [mode, setMode] = useState("rows");
  const [hint, setHint] = useState<string | null>(null);
  const [isJsonWrong, setJsonWrong] = useState(false);
  const labelId = useId();
  const errorOf = (path: string) => {
    const error = errors[path];
    return typeof error === "string" ? error : undefined;
  };
  const whole = errorOf("attributes") ?? hint;

  function choose(next: string): void {
    const isWrong = next === "json" ? readRows(rows).faults.length > 0 : isJsonWrong;
    setHint(isWrong ? `Mend what is marked, then change to ${next === "json" ? "JSON" : "fields"}.` : null);
    if (!isWrong) setMode(next);
    else if (next === "json") onChange([...rows]);
  }

  return (
    <fieldset className={classes.group} aria-labelledby={labelId}>
      <div className={classes.head}>
        <div>
          <Input.Label id={labelId} component="div">
            Attributes
          </Input.Label>
          <Input.Description>
            Facts from your systems. Agents and audiences of tasks see them.
          </Input.Description>
        </div>
        <SegmentedControl
          flex="none"
          size="xs"
          data={modes}
          value={mode}
          onChange={choose}
          aria-label="Attributes as"
        />
      </div>
      {mode === "json" ? (
        <JsonField
          label="Attributes as JSON"
          value={readRows(rows).attributes}
          onChange={(value) => onChange(toRows(value))}
          onValidity={(fault) => {
            setJsonWrong(fault !== null);
            onJsonFault(fault);
          }}
          error={firstWithin(errors)}
        />
      ) : (
        <div className={classes.rows}>
          {rows.map((row, index) => (
            <Row
              key={row.key}
              row={row}
              place={index + 1}
              nameError={errorOf(`attributes.${index}.name`)}
              textError={
                errorOf(`attributes.${index}.text`) ?? (hint === null ? undefined : faultOf(rows, index))
              }
              onChange={(changed) => onChange(rows.map((other) => (other === row ? changed : other)))}
              onRemove={() => onChange(rows.filter((other) => other !== row))}
            />
          ))}
          <Button
            variant="default"
            w="fit-content"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange(withRow(rows))}
          >
            Add attribute
          </Button>
        </div>
      )}
      {whole !== undefined && whole !== null && <Input.Error mt={4}>{whole}</Input.Error>}
    </fieldset>
  );
}

function firstWithin(errors: AttributesFieldProps["errors"]): string | undefined {
  const found = Object.entries(errors).find(([path]) => path.startsWith("attributes."))?.[1];
  return typeof found === "string" ? found : undefined;
}

function faultOf(rows: readonly AttributeRow[], index: number): string | undefined {
  return readRows(rows).faults.find(({ path }) => path.startsWith(`attributes.${index}.`))?.message;
}

interface RowProps {
  readonly row: AttributeRow;
  readonly place: number;
  readonly nameError: string | undefined;
  readonly textError: string | undefined;
  onChange(row: AttributeRow): void;
  onRemove(): void;
}

const types = valueTypes.map((value) => ({ value, label: valueTypeWords[value] }));

function Row({ row, place, nameError, textError, onChange, onRemove }: RowProps) {
  const { name, type } = row;
  const called = name.trim() === "" ? `attribute ${place}` : name.trim();
  return (
    <div className={classes.row}>
      <TextInput
        aria-label={`Name of attribute ${place}`}
        placeholder="plan"
        maxLength={200}
        value={name}
        error={nameError}
        onChange={(event) => onChange({ ...row, name: event.currentTarget.value })}
      />
      <NativeSelect
        aria-label={`Type of ${called}`}
        data={types}
        value={type}
        onChange={(event) => {
          const next = valueTypes.find((known) => known === event.currentTarget.value) ?? type;
          onChange({ ...row, type: next });
        }}
      />
      <Value
        row={row}
        label={`Value of ${called}`}
        error={textError}
        onChange={(text) => onChange({ ...row, text })}
      />
      <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${called}`} onClick={onRemove}>
        <IconTrash size={16} />
      </ActionIcon>
    </div>
  );
}

interface ValueProps {
  readonly row: AttributeRow;
  readonly label: string;
  readonly error: string | undefined;
  onChange(text: string): void;
}

const flags = [
  { value: "", label: "Choose" },
  { value: "true", label: "True" },
  { value: "false", label: "False" },
];

function Value({ row: { type, text }, label, error, onChange }: ValueProps) {
  const common = { "aria-label": label, error, value: text };
  if (type === "flag")
    return (
      <NativeSelect
        {...common}
        data={flags}
        value={text === "true" || text === "false" ? text : ""}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  if (type === "text" || type === "json")
    return (
      <Textarea
        {...common}
        autosize
        minRows={1}
        maxRows={8}
        spellCheck={false}
        classNames={{ input: classes.text }}
        placeholder={type === "json" ? '["a", "b"]' : "pro"}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      {...common}
      inputMode={type === "number" ? "decimal" : "text"}
      placeholder={type === "number" ? "12.5" : "2027-03-01"}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
