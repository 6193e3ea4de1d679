import { Button, CloseButton, Text } from "@mantine/core";
import { useState } from "react";
import classes from "./data-table.module.css";
import type { BulkAction } from "./types.ts";
import type { Selection } from "./use-selection.ts";

interface BulkBarProps<T> {
  readonly selection: Selection;
  readonly items: readonly T[];
  rowId(row: T): string;
  readonly actions: readonly BulkAction<T>[];
}

/** Lies over the foot of a table while rows are selected. */
export function BulkBar<T>({ selection, items, rowId, actions }: BulkBarProps<T>) {
  const [running, setRunning] = useState<string | null>(null);
  const count = selection.selected.length;
  if (count === 0) return null;

  async function run(action: BulkAction<T>): Promise<void> {
    setRunning(action.key);
    try {
      const isDone = await action.run(items.filter((row) => selection.has(rowId(row))));
      if (isDone !== false) selection.clear();
    } finally {
      setRunning(null);
    }
  }

  return (
    <div className={classes.bulk} role="toolbar" aria-label="Selected rows">
      <Text size="sm" fw={500} role="status">
        {count} selected
      </Text>
      {actions.map((action) => (
        <Button
          key={action.key}
          variant="default"
          leftSection={action.icon}
          {...(action.isDangerous ? { c: "red" } : {})}
          loading={running === action.key}
          disabled={running !== null && running !== action.key}
          onClick={() => void run(action)}
        >
          {action.label}
        </Button>
      ))}
      <CloseButton size="sm" aria-label="Clear selection" onClick={selection.clear} />
    </div>
  );
}
