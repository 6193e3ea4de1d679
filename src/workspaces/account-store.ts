import { requireRow } from "../base/errors.ts";
import type { Queryable } from "../db/index.ts";

/** The unique constraint that a second account with the same address violates. */
export const accountEmailConstraint = "auth_users_email_key";

/**
 * Writes an account as the sign-in library does it (better-auth 1.7: a user and an account of provider
 * `credential` whose accountId is the user's id), so that the account, the membership and the used invitation
 * commit together. The sign-in tests fail if the library's form changes.
 */
export async function insertAccount(
  tx: Queryable,
  account: {
    readonly userId: string;
    readonly accountId: string;
    readonly name: string;
    readonly email: string;
    readonly passwordHash: string;
  },
): Promise<void> {
  await tx.query({
    text: "insert into auth_users (id, name, email) values ($1, $2, $3)",
    values: [account.userId, account.name, account.email],
  });
  await tx.query({
    text: `insert into auth_accounts (id, "userId", "accountId", "providerId", password)
           values ($1, $2::uuid, $2::uuid::text, 'credential', $3)`,
    values: [account.accountId, account.userId, account.passwordHash],
  });
}

/** The account's name, with its row held: of changes side by side one waits for the other. */
export async function lockAccountName(tx: Queryable, userId: string): Promise<string> {
  const { rows } = await tx.query<{ name: string }>({
    text: "select name from auth_users where id = $1 for no key update",
    values: [userId],
  });
  return requireRow(rows[0], "reading a person's name").name;
}

export async function updateAccountName(tx: Queryable, userId: string, name: string): Promise<void> {
  await tx.query({
    text: `update auth_users set name = $2, "updatedAt" = now() where id = $1`,
    values: [userId, name],
  });
}
