import { type Icon, IconBan, IconCheck, IconClock, IconClockOff, IconMail } from "@tabler/icons-react";
import { useMemo } from "react";
import { cursorQuery } from "../../api/cursor-query.ts";
import { revokeInvitation, useListInvitationsInfinite } from "../../api/generated/members/members";
import type { Invitation } from "../../api/generated/model";
import { askAgain } from "../../api/kept-answers.ts";
import { type Column, DataTable, type RowAction, useCursorList } from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Pill, type Tone } from "../../components/pill.tsx";
import { sayDone, sayFailed } from "../../components/say.tsx";
import { RelativeTime } from "../../components/time.tsx";

const collection = "/v1/invitations";

export function InvitationTable() {
  const rows = useCursorList(useListInvitationsInfinite({ limit: 50 }, { query: cursorQuery }));
  const rowActions = useMemo(() => [revoking], []);
  return (
    <DataTable
      label="Invitations"
      rows={rows}
      columns={columns}
      rowId={({ id }) => id}
      rowLabel={whoOf}
      rowActions={rowActions}
      hasPageKeys={false}
      empty={
        <EmptyState icon={IconMail} title="No invitations">
          Invite a colleague: they get a link with which they make an account and join.
        </EmptyState>
      }
    />
  );
}

const whoOf = ({ email }: Invitation) => email ?? "Whoever opens the link";

interface Look {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly word: string;
}

const looks: Readonly<Record<Invitation["status"], Look>> = {
  open: { tone: "blue", icon: IconClock, word: "Open" },
  accepted: { tone: "green", icon: IconCheck, word: "Accepted" },
  revoked: { tone: "grey", icon: IconBan, word: "Revoked" },
  expired: { tone: "amber", icon: IconClockOff, word: "Expired" },
};

const columns: readonly Column<Invitation>[] = [
  { key: "who", header: "For", render: whoOf },
  { key: "role", header: "Role", width: 100, render: ({ role }) => role },
  {
    key: "status",
    header: "State",
    width: 116,
    render: ({ status }) => {
      const { tone, icon, word } = looks[status];
      return (
        <Pill tone={tone} icon={icon}>
          {word}
        </Pill>
      );
    },
  },
  {
    key: "expires",
    header: "Expires",
    width: 116,
    from: 600,
    render: ({ status, expiresAt }) => (status === "open" ? <RelativeTime at={expiresAt} /> : "–"),
  },
  {
    key: "created",
    header: "Made",
    width: 116,
    from: 900,
    render: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
];

const revoking: RowAction<Invitation> = {
  key: "revoke",
  label: "Revoke",
  icon: <IconBan size={14} aria-hidden />,
  isDangerous: true,
  isOffered: ({ status }) => status === "open",
  run: (invitation) => void revoke(invitation),
};

async function revoke(invitation: Invitation): Promise<void> {
  try {
    await revokeInvitation(invitation.id);
    sayDone("Invitation revoked. Its link no longer works.");
  } catch (error) {
    sayFailed("Invitation not revoked", error);
  }
  askAgain(collection);
}
