export { DataTable } from "./data-table.tsx";
export { SideList } from "./side-list.tsx";
export type { BulkAction, Column, RowAction, Rows } from "./types.ts";
export { useCursorList } from "./use-cursor-list.ts";
