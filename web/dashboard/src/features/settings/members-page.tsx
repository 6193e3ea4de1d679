import { Button, Divider, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMailPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { CreateInvitation201 } from "../../api/generated/model";
import { askAgain } from "../../api/kept-answers.ts";
import { Page } from "../../components/page.tsx";
import { useMe } from "../../session/session.ts";
import { InvitationDialog } from "./invitation-dialog.tsx";
import { InvitationTable } from "./invitation-table.tsx";
import { MemberTable } from "./member-table.tsx";
import classes from "./members-page.module.css";
import { Once } from "./once.tsx";

/** The people of the workspace, and who was invited. */
export function MembersPage() {
  const isAdmin = useMe().can("admin");
  const [isOpen, dialog] = useDisclosure(false);
  const [made, setMade] = useState<CreateInvitation201 | null>(null);
  return (
    <Page
      title="Members"
      actions={
        isAdmin && (
          <Button leftSection={<IconMailPlus size={14} aria-hidden />} onClick={dialog.open}>
            Invite
          </Button>
        )
      }
    >
      {made !== null && (
        <Once
          title={made.email === null ? "The invitation is made" : `${made.email} is invited`}
          text={onceText(made)}
          value={made.link}
          what="link"
          onDone={() => setMade(null)}
        />
      )}
      <div className={classes.members}>
        <MemberTable />
      </div>
      {isAdmin && (
        <div className={classes.invitations}>
          <Divider />
          <Title order={2} className={classes.title}>
            Invitations
          </Title>
          <InvitationTable />
        </div>
      )}
      <InvitationDialog
        isOpen={isOpen}
        onClose={dialog.close}
        onMade={(invitation) => {
          setMade(invitation);
          askAgain("/v1/invitations");
        }}
      />
    </Page>
  );
}

function onceText({ email }: CreateInvitation201): string {
  const text =
    "Whoever opens the link makes an account and joins. It works once, for seven days, and cannot be shown again.";
  return email === null ? text : `${text} It was mailed too, if the program has a mail server.`;
}
