import { useListMembers } from "../api/generated/members/members";
import { useMe } from "../session/session.ts";

/** As many as one page has; a workspace with more shows the rest as members. */
const mostMembers = 100;

/** A member by name, or "You". */
export function MemberName({ id }: { readonly id: string }) {
  const me = useMe();
  const isMe = me.membership.memberId === id;
  const { data } = useListMembers({ limit: mostMembers }, { query: { enabled: !isMe } });
  if (isMe) return <span>You</span>;
  return <span>{data?.items.find((member) => member.id === id)?.name ?? "A member"}</span>;
}
