import { NativeSelect } from "@mantine/core";
import { IconUserMinus, IconUsers } from "@tabler/icons-react";
import { useMemo } from "react";
import { cursorQuery } from "../../api/cursor-query.ts";
import { removeMember, updateMember, useListMembersInfinite } from "../../api/generated/members/members";
import type { Member } from "../../api/generated/model";
import { askAgain, foreseeChange } from "../../api/kept-answers.ts";
import { ask } from "../../components/ask.tsx";
import { type Column, DataTable, type RowAction, useCursorList } from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { sayDone, sayFailed } from "../../components/say.tsx";
import { RelativeTime } from "../../components/time.tsx";
import { useMe } from "../../session/session.ts";
import { type Role, roles } from "./roles.ts";

const collection = "/v1/members";

export function MemberTable() {
  const me = useMe();
  const isAdmin = me.can("admin");
  const ownId = me.membership.memberId;
  const rows = useCursorList(useListMembersInfinite({ limit: 50 }, { query: cursorQuery }));
  const columns = useMemo(() => columnsOf(isAdmin, me.can("owner"), ownId), [isAdmin, me, ownId]);
  const rowActions = useMemo(() => (isAdmin ? [removing] : []), [isAdmin]);
  return (
    <DataTable
      label="Members"
      rows={rows}
      columns={columns}
      rowId={({ id }) => id}
      rowLabel={({ name }) => name}
      rowActions={rowActions}
      empty={
        <EmptyState icon={IconUsers} title="No members">
          Nobody has joined this workspace yet.
        </EmptyState>
      }
    />
  );
}

function columnsOf(isAdmin: boolean, isOwner: boolean, ownId: string): readonly Column<Member>[] {
  return [
    { key: "name", header: "Name", render: ({ id, name }) => (id === ownId ? `${name} (you)` : name) },
    { key: "email", header: "E-mail", from: 600, render: ({ email }) => email },
    {
      key: "role",
      header: "Role",
      width: 128,
      render: (member) => (isAdmin ? <RoleChoice member={member} isOwner={isOwner} /> : member.role),
    },
    {
      key: "since",
      header: "Joined",
      width: 120,
      from: 900,
      render: ({ createdAt }) => <RelativeTime at={createdAt} />,
    },
  ];
}

/** Only owners make owners, or take that from one. */
function RoleChoice({ member, isOwner }: { readonly member: Member; readonly isOwner: boolean }) {
  const offered = roles.filter((role) => role !== "owner" || isOwner || member.role === "owner");
  return (
    <NativeSelect
      size="xs"
      variant="unstyled"
      aria-label={`Role of ${member.name}`}
      value={member.role}
      data={offered}
      disabled={member.role === "owner" && !isOwner}
      onChange={({ currentTarget }) => void changeRole(member, currentTarget.value as Role)}
    />
  );
}

async function changeRole(member: Member, role: Role): Promise<void> {
  const foreseen = await foreseeChange<Member>(collection, (other) =>
    other.id === member.id ? { ...other, role } : other,
  );
  try {
    await updateMember(member.id, { role });
    sayDone(`${member.name} is now ${role}.`, () => void changeRole({ ...member, role }, member.role));
  } catch (error) {
    foreseen.takeBack();
    sayFailed(`${member.name} is still ${member.role}`, error);
  }
  askAgain(collection);
  askAgain("/v1/auth/session");
}

const removing: RowAction<Member> = {
  key: "remove",
  label: "Remove",
  icon: <IconUserMinus size={14} aria-hidden />,
  isDangerous: true,
  run: (member) => void remove(member),
};

async function remove({ id, name }: Member): Promise<void> {
  const isSure = await ask({
    title: `Remove ${name}?`,
    text: "The account stays, without access to this workspace. What the member did stays in the audit log.",
    confirm: "Remove",
    isDangerous: true,
  });
  if (!isSure) return;
  try {
    await removeMember(id);
    sayDone(`${name} removed.`);
  } catch (error) {
    sayFailed(`${name} not removed`, error);
  }
  askAgain(collection);
}
