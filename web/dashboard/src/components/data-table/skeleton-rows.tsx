import { Skeleton, Table } from "@mantine/core";
import classes from "./data-table.module.css";
import { cellProps } from "./table-row.tsx";
import type { Column } from "./types.ts";

const widths = ["72%", "55%", "64%", "48%", "60%", "52%", "68%", "58%", "50%", "62%"];

interface SkeletonRowsProps<T> {
  readonly columns: readonly Column<T>[];
  readonly isSelectable: boolean;
  readonly hasMenu: boolean;
}

/** Stands where rows will be, in their columns and at their height, so that nothing jumps when they come. */
export function SkeletonRows<T>({ columns, isSelectable, hasMenu }: SkeletonRowsProps<T>) {
  return widths.map((width) => (
    <Table.Tr key={width} className={classes.row} aria-hidden>
      {isSelectable && <Table.Td className={classes.check} />}
      {columns.map((column) => (
        <Table.Td key={column.key} {...cellProps(column)}>
          <Skeleton height={10} width={width} radius="xl" />
        </Table.Td>
      ))}
      {hasMenu && <Table.Td className={classes.menu} />}
    </Table.Tr>
  ));
}
