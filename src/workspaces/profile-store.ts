import type { Queryable } from "../db/index.ts";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** What a person chose for the dashboard, whatever workspace they are in. */
export interface Profile {
  /** IANA; null: that of the browser. */
  readonly timezone: string | null;
  readonly theme: Theme;
}

/** Undefined while the person has chosen nothing. */
export async function selectProfile(tx: Queryable, userId: string): Promise<Profile | undefined> {
  const { rows } = await tx.query<Profile>({
    name: "profile_of_user",
    text: "select timezone, theme from profiles where user_id = $1",
    values: [userId],
  });
  return rows[0];
}

export async function upsertProfile(tx: Queryable, userId: string, profile: Profile): Promise<void> {
  await tx.query({
    text: `insert into profiles (user_id, timezone, theme) values ($1, $2, $3)
      on conflict (user_id) do update set timezone = excluded.timezone, theme = excluded.theme, updated_at = now()`,
    values: [userId, profile.timezone, profile.theme],
  });
}
