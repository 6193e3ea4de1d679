import { JsonInput } from "@mantine/core";
import { useState } from "react";
import { parseObject } from "./json-text.ts";

interface JsonFieldProps {
  readonly label: string;
  readonly description?: string;
  /** A JSON object. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Told only of what is a JSON object; while the text is none, the fault stands under the field. */
  onChange(value: Readonly<Record<string, unknown>>): void;
  /** Told whether the text is an object, so that the form can hold back what is not. */
  onValidity?(fault: string | null): void;
  /** The API's. */
  readonly error?: string | undefined;
  readonly minRows?: number;
  readonly isReadOnly?: boolean;
}

/** A JSON object as text. */
export function JsonField(props: JsonFieldProps) {
  const { label, description, value, onChange, onValidity, error } = props;
  const { minRows = 4, isReadOnly = false } = props;
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [fault, setFault] = useState<string | null>(null);

  function change(next: string): void {
    setText(next);
    const parsed = parseObject(next);
    setFault(parsed.fault);
    onValidity?.(parsed.fault);
    if (parsed.fault === null) onChange(parsed.value);
  }

  return (
    <JsonInput
      label={label}
      description={description}
      value={text}
      onChange={change}
      error={fault ?? error}
      autosize
      minRows={minRows}
      maxRows={20}
      spellCheck={false}
      readOnly={isReadOnly}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
    />
  );
}
