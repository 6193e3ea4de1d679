import type { LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Execution } from "../../../api/generated/model";
import { DataTable, type Rows } from "../../../components/data-table/index.ts";
import { statusWords } from "../facts/fact-words.ts";
import { executionColumns } from "./execution-columns.tsx";

interface ExecutionTableProps {
  readonly rows: Rows<Execution>;
  /** Instead of the rows when there are none. */
  readonly empty: ReactNode;
}

/** A list of executions; a row opens its page. */
export function ExecutionTable({ rows, empty }: ExecutionTableProps) {
  return (
    <DataTable
      label="Executions"
      rows={rows}
      columns={executionColumns}
      rowId={idOf}
      rowLabel={labelOf}
      linkOf={linkOf}
      empty={empty}
    />
  );
}

const idOf = ({ id }: Execution) => id;
const linkOf = ({ id }: Execution): LinkProps => ({
  to: "/executions/$executionId",
  params: { executionId: id },
});
const labelOf = ({ id, status }: Execution) => `${statusWords[status]} execution ${id}`;
