import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { usePageKey } from "./page-keys.ts";

/** A word is typed faster than this from letter to letter; longer, and the answer seems slow. */
const pauseMs = 150;

interface SearchInputProps {
  /** What is searched: "Search tasks". */
  readonly label: string;
  readonly value: string | undefined;
  onChange(value: string | undefined): void;
}

/** A text filter; tells of a change when typing pauses. The key / goes to it. */
export function SearchInput({ label, value, onChange }: SearchInputProps) {
  const [text, setText] = useState(value ?? "");
  const input = useRef<HTMLInputElement>(null);
  usePageKey("/", label, () => input.current?.focus());
  useEffect(() => {
    // While somebody types, their letters count: the value lags behind them.
    if (document.activeElement !== input.current) setText(value ?? "");
  }, [value]);
  const tell = useDebouncedCallback(
    (next: string) => onChange(next.trim() === "" ? undefined : next.trim()),
    pauseMs,
  );
  const change = (next: string) => {
    setText(next);
    tell(next);
  };
  const clear = () => {
    setText("");
    tell.cancel();
    onChange(undefined);
  };
  return (
    <TextInput
      ref={input}
      size="xs"
      w={{ base: "100%", sm: 240 }}
      type="search"
      aria-label={label}
      placeholder={label}
      maxLength={200}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={text !== "" && <CloseButton size="xs" aria-label="Clear search" onClick={clear} />}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      // Whoever goes on to something else must not be brought back by what is told later.
      onBlur={() => tell.flush()}
    />
  );
}
