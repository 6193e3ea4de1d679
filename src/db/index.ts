export { createPool, isConflict, isConnectionLoss, uniqueViolation } from "./connection.ts";
export {
  CommitUncertainError,
  createDatabase,
  type Database,
  type Queryable,
  type SystemTx,
  type TenantTx,
  type Tx,
} from "./database.ts";
export {
  leastPostgres,
  migrate,
  pendingMigrations,
  readMigrations,
  SchemaTooNewError,
  ServerTooOldError,
} from "./migrate.ts";
export { planForValues } from "./plan.ts";
export { checkRoles, UnsafeRoleError } from "./roles.ts";
export { withSavepoint } from "./savepoint.ts";
export { createSignals, type Signals } from "./signals.ts";
export type { DB } from "./types.generated.ts";
