export { createPool, isConflict, isConnectionLoss, type PoolOptions, uniqueViolation } from "./connection.ts";
export {
  CommitUncertainError,
  createDatabase,
  type Database,
  type DatabaseOptions,
  type Queryable,
  type SystemTx,
  type TenantTx,
  type Tx,
} from "./database.ts";
export { type Migration, migrate, pendingMigrations, readMigrations, SchemaTooNewError } from "./migrate.ts";
export { checkRoles, UnsafeRoleError } from "./roles.ts";
export { createSignals, type SignalChannel, type Signals } from "./signals.ts";
export type { DB, Json, JsonObject } from "./types.generated.ts";
