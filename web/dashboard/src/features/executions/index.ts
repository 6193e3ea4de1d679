export { ExecutionTable } from "./list/execution-table.tsx";
