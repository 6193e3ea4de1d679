import { messageOf } from "../base/errors.ts";
import { isConnectionLoss } from "../db/index.ts";

/** The PostgreSQL of the settings cannot be used; the message says why and what to do, without the password. */
export class DatabaseAccessError extends Error {
  override readonly name = "DatabaseAccessError";
}

/**
 * A sentence for what connecting and migrating fail with when the server is away, refuses us or lacks the database;
 * anything else is answered as it is. `url` is the database's.
 */
export function explainDatabaseError(error: unknown, url: string): unknown {
  const { host, pathname } = new URL(url);
  const where = `PostgreSQL at ${host}${pathname}`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (codeOf(cause) === insufficientPrivilege)
    return new DatabaseAccessError(
      `${where} does not let its user set up the database (${messageOf(cause)}). Give the user of ERRAND_DATABASE_URL the right to create tables, and either to create roles or membership in errand_tenant and errand_system, made by somebody who may.`,
      { cause: error },
    );
  if (!isAccessError(error)) return error;
  // A host with several addresses fails with one error for each, under a common one that says nothing.
  const reason = messageOf(error instanceof AggregateError ? (error.errors[0] ?? error) : error);
  return new DatabaseAccessError(
    `${where} cannot be used (${reason}). Check host, port, database, user and password in ERRAND_DATABASE_URL, and whether the server runs and accepts this machine.`,
    { cause: error },
  );
}

const insufficientPrivilege = "42501";
const noSuchDatabase = "3D000";

/** Refused sign-ins are 28…; errors of the operating system have a name, such as ENOTFOUND, where SQL has five characters. */
function isAccessError(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  return isConnectionLoss(error) || /^(28...|E[A-Z_]{5,})$/.test(code) || code === noSuchDatabase;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
