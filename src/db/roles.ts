import pg from "pg";
import { connectionConfig } from "./connection.ts";

/** The database's roles would let one workspace see another's rows. */
export class UnsafeRoleError extends Error {
  override readonly name = "UnsafeRoleError";
}

/**
 * Makes sure that row-level security holds for the role that requests run as: it is neither superuser nor exempt, it
 * owns no table, and every table with a `workspace_id` is protected. Throws UnsafeRoleError with what to do.
 */
export async function checkRoles(url: string): Promise<void> {
  const client = new pg.Client(connectionConfig({ url, name: "check", role: "errand_tenant" }));
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; exempt: boolean }>(
      "select current_user as name, rolsuper or rolbypassrls as exempt from pg_roles where rolname = current_user",
    );
    const role = rows[0];
    if (role?.name !== "errand_tenant" || role.exempt) {
      throw new UnsafeRoleError(
        "The database role errand_tenant is a superuser or bypasses row-level security. Run: alter role errand_tenant nosuperuser nobypassrls",
      );
    }
    const { rows: open } = await client.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
          and (not c.relrowsecurity or pg_get_userbyid(c.relowner) = 'errand_tenant') order by 1`,
    );
    if (open.length === 0) return;
    throw new UnsafeRoleError(
      `Row-level security is not in force on ${open.map(({ name }) => name).join(", ")}. Restore it with: alter table … enable row level security`,
    );
  } finally {
    await client.end();
  }
}
