import type { Session } from "../api/generated/model";
import { getGetSessionQueryOptions, useGetSession } from "../api/generated/sign-in/sign-in";
import { ApiError } from "../api/problem.ts";
import { queryClient } from "../api/query-client.ts";
import { chooseWorkspace, currentWorkspaceId } from "../api/workspace-choice.ts";
import { chooseMembership, covers, type Membership, type Scope } from "./rules.ts";
import { isStranger } from "./stranger.ts";

/** The signed-in person in the workspace that this browser works in. */
export interface Me {
  readonly name: string;
  readonly email: string;
  /** In which times are shown: the profile's zone, else the browser's. */
  readonly timezone: string;
  readonly membership: Membership;
  readonly memberships: readonly Membership[];
  /** What the member's role allows. */
  can(scope: Scope): boolean;
}

const browserZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The session, or null when nobody is signed in. */
export async function loadSession(): Promise<Session | null> {
  if (isStranger()) return null;
  try {
    const session = await queryClient.ensureQueryData(getGetSessionQueryOptions());
    forgetForeignChoice(session);
    return session;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** A workspace that this browser chose once and that the person has left since would be refused in every request. */
function forgetForeignChoice(session: Session): void {
  const chosen = currentWorkspaceId();
  if (chosen !== null && !session.memberships.some(({ workspaceId }) => workspaceId === chosen))
    chooseWorkspace(null);
}

function toMe(session: Session): Me {
  const membership = chooseMembership(session.memberships, currentWorkspaceId());
  if (membership === undefined) throw new Error("The account is in no workspace.");
  return {
    name: session.name,
    email: session.email,
    timezone: session.timezone ?? browserZone,
    membership,
    memberships: session.memberships,
    can: (scope) => covers(membership.role, scope),
  };
}

/** Only below the signed-in part of the tree, whose route has loaded the session. */
export function useMe(): Me {
  const { data } = useGetSession({ query: { staleTime: Number.POSITIVE_INFINITY, select: toMe } });
  if (data === undefined) throw new Error("useMe is used outside of the signed-in routes.");
  return data;
}

/** The zone in which this person reads times. */
export function useTimezone(): string {
  return useMe().timezone;
}
