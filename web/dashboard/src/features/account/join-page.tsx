import { Anchor } from "@mantine/core";
import { useState } from "react";
import type { Session } from "../../api/generated/model";
import { AccountFrame } from "./account-frame.tsx";
import { JoinAsSignedIn, JoinWithAccount, JoinWithNewAccount } from "./join-forms.tsx";

/** How one joins: with a new account, with one that is there, or as the person who is signed in already. */
type Way = "new" | "existing" | "signed-in";

interface JoinPageProps {
  readonly token: string;
  readonly session: Session | null;
  onJoined(workspaceId: string): Promise<void>;
}

const leads: Readonly<Record<Way, string>> = {
  new: "Make your account. It makes you a member of the workspace that the link is for.",
  existing: "Sign in. Your account becomes a member of the workspace that the link is for.",
  "signed-in": "You are signed in. Your account becomes a member of the workspace that the link is for.",
};

const titles: Readonly<Record<Way, string>> = {
  new: "Accept the invitation",
  existing: "Sign in and join",
  "signed-in": "Join the workspace",
};

export function JoinPage({ token, session, onJoined }: JoinPageProps) {
  const [way, setWay] = useState<Way>(session === null ? "new" : "signed-in");
  /** The address that was found to have an account. */
  const [takenEmail, setTakenEmail] = useState<string | null>(null);

  function offer(next: Way, label: string) {
    return (
      <Anchor component="button" type="button" fz="inherit" onClick={() => setWay(next)}>
        {label}
      </Anchor>
    );
  }

  return (
    <AccountFrame
      title={titles[way]}
      lead={
        way === "existing" && takenEmail !== null
          ? `There is an account with the address ${takenEmail}. Sign in with its password to join.`
          : leads[way]
      }
      foot={
        <>
          {way === "new" && offer("existing", "I have an account already")}
          {way === "existing" && offer("new", "I have no account yet")}
          {way === "signed-in" && offer("existing", "Join with another account")}
        </>
      }
    >
      {way === "new" && (
        <JoinWithNewAccount
          token={token}
          onJoined={onJoined}
          onTaken={(email) => {
            setTakenEmail(email);
            setWay("existing");
          }}
        />
      )}
      {way === "existing" && <JoinWithAccount token={token} email={takenEmail ?? ""} onJoined={onJoined} />}
      {way === "signed-in" && session !== null && (
        <JoinAsSignedIn token={token} session={session} onJoined={onJoined} />
      )}
    </AccountFrame>
  );
}
