import { Autocomplete } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";

const pauseMs = 300;

interface TextFilterProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string | undefined;
  /** What stands in the rows that are loaded; the server may have more. */
  readonly suggestions: readonly string[];
  onChange(value: string | undefined): void;
}

/** A filter by a whole word of which the list knows some. */
export function TextFilter({ label, placeholder, value, suggestions, onChange }: TextFilterProps) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const tell = useDebouncedCallback(
    (next: string) => onChange(next.trim() === "" ? undefined : next.trim()),
    pauseMs,
  );
  return (
    <Autocomplete
      size="xs"
      w={140}
      aria-label={label}
      placeholder={placeholder}
      data={[...suggestions]}
      limit={20}
      maxLength={100}
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label.toLowerCase()}` }}
      value={text}
      onChange={(next) => {
        setText(next);
        tell(next);
      }}
    />
  );
}
