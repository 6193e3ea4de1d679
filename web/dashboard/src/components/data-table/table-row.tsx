import { Checkbox, Table } from "@mantine/core";
import type { LinkProps } from "@tanstack/react-router";
import { memo } from "react";
import { LightLink } from "../light-link.tsx";
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
  readonly linkOf: ((row: T) => LinkProps) | undefined;
  /** A click does something. */
  readonly opens: boolean;
}

function PlainRow<T>(props: TableRowProps<T>) {
  const { row, id, index, label, columns, actions, isActive, isSelected, onToggle, linkOf, opens } = props;
  return (
    <Table.Tr
      className={classes.row}
      data-active={isActive || undefined}
      data-selected={isSelected || undefined}
      data-opens={opens || undefined}
      aria-rowindex={index + 2}
      aria-selected={isSelected ?? undefined}
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
          <div className={classes.cell}>
            {column.isLink && linkOf !== undefined ? (
              <LightLink link={linkOf(row)} look="bare">
                {column.render(row)}
              </LightLink>
            ) : (
              column.render(row)
            )}
          </div>
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
