import { Skeleton, Table } from "@mantine/core";
import classes from "./data-table.module.css";

const widths = ["72%", "55%", "64%", "48%", "60%", "52%", "68%", "58%", "50%", "62%"];

/** Stands where rows will be, at their height, so that nothing jumps when they come. */
export function SkeletonRows({ columns }: { readonly columns: number }) {
  const names = Array.from({ length: columns }, (_, column) => `column ${column}`);
  return widths.map((width) => (
    <Table.Tr key={width} className={classes.row} aria-hidden>
      {names.map((name) => (
        <Table.Td key={name}>
          <Skeleton height={10} width={width} radius="xl" />
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}
