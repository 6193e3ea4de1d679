import type { Core } from "../engine/index.ts";
import { lockAccountName, updateAccountName } from "./account-store.ts";
import { insertAuditEntry } from "./audit-store.ts";
import type { Account } from "./auth.ts";
import { updateNameOfUser } from "./member-store.ts";
import { type Profile, selectProfile, upsertProfile } from "./profile-store.ts";

export { type Profile, themes } from "./profile-store.ts";

/** What holds for a person who has chosen nothing. */
const initial: Profile = { timezone: null, theme: "system" };

/** What a person can change of themselves; what is absent stays. */
export interface ProfileChange {
  readonly name?: string | undefined;
  readonly timezone?: Profile["timezone"] | undefined;
  readonly theme?: Profile["theme"] | undefined;
}

/** What the person chose for the dashboard. */
export async function getProfile(core: Core, userId: string): Promise<Profile> {
  return (await selectProfile(core.db.autocommit, userId)) ?? initial;
}

/** Changes a person's own name, in every workspace they are a member of, and what they chose for the dashboard. */
export async function updateProfile(
  core: Core,
  account: Account,
  change: ProfileChange,
  requestId: string,
): Promise<Account> {
  const { userId } = account;
  return await core.db.system(async (tx) => {
    const before = await lockAccountName(tx, userId);
    const profile = (await selectProfile(tx, userId)) ?? initial;
    const { name = before, timezone = profile.timezone, theme = profile.theme } = change;
    await upsertProfile(tx, userId, { timezone, theme });
    if (change.name === undefined) return { ...account, name };
    await updateAccountName(tx, userId, name);
    for (const renamed of await updateNameOfUser(tx, userId, name)) {
      const { workspaceId, memberId } = renamed;
      tx.announce({ workspaceId, kind: "member", id: memberId });
      await insertAuditEntry(tx, {
        workspaceId,
        actorKind: "member",
        actorId: memberId,
        action: "member.update",
        targetKind: "member",
        targetId: memberId,
        changes: { name: [renamed.before, name] },
        requestId,
      });
    }
    return { ...account, name };
  });
}
