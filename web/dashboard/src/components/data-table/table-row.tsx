import { Checkbox, Table } from "@mantine/core";
import { memo } from "react";
import classes from "./data-table.module.css";
import { RowMenu } from "./row-menu.tsx";
import type { Column, RowAction } from "./types.ts";

interface TableRowProps<T> {
  readonly row: T;
  readonly id: string;
  readonly index: number;
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly actions: readonly RowAction<T>[];
  readonly isActive: boolean;
  /** Null: rows cannot be selected. */
  readonly isSelected: boolean | null;
  onToggle(id: string): void;
  readonly onOpen: ((row: T) => void) | undefined;
}

function PlainRow<T>(props: TableRowProps<T>) {
  const { row, id, index, label, columns, actions, isActive, isSelected, onToggle, onOpen } = props;
  return (
    <Table.Tr
      className={classes.row}
      data-active={isActive || undefined}
      data-selected={isSelected || undefined}
      data-opens={onOpen !== undefined || undefined}
      aria-rowindex={index + 2}
      aria-selected={isSelected ?? undefined}
      onClick={(event) => {
        if (!isControl(event.target)) onOpen?.(row);
      }}
    >
      {isSelected !== null && (
        <Table.Td className={classes.check}>
          <Checkbox
            size="xs"
            aria-label={`Select ${label}`}
            checked={isSelected}
            onChange={() => onToggle(id)}
          />
        </Table.Td>
      )}
      {columns.map((column) => (
        <Table.Td key={column.key} {...cellProps(column)}>
          <div className={classes.cell}>{column.render(row)}</div>
        </Table.Td>
      ))}
      {actions.length > 0 && (
        <Table.Td className={classes.menu}>
          <RowMenu row={row} label={label} actions={actions} />
        </Table.Td>
      )}
    </Table.Tr>
  );
}

/** One row. While the table scrolls, those that stay on the screen are not drawn again. */
export const TableRow = memo(PlainRow) as typeof PlainRow;

/** Where a column's cells stand and on which screens. */
export function cellProps<T>({ align = "left", from }: Column<T>) {
  return { "data-align": align, "data-from": from };
}

/** A click on what does something of its own does not open the row. */
function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("a, button, input, label, [role=menu]") !== null;
}
