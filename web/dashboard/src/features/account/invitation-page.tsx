import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { getSession } from "../../api/generated/sign-in/sign-in";
import { chooseWorkspace, currentWorkspaceId } from "../../api/workspace-choice.ts";
import { beginSession } from "../../session/begin.ts";
import { loadSession } from "../../session/session.ts";
import { AccountFrame } from "./account-frame.tsx";
import { JoinPage } from "./join-page.tsx";
import { NameWorkspacePage } from "./name-workspace-page.tsx";
import { needsName } from "./rules.ts";
import { useLinkSecret } from "./use-link-secret.ts";

/** What the link of an invitation opens: an account joins, and the first owner names the workspace. */
export function InvitationPage() {
  const token = useLinkSecret();
  const router = useRouter();
  const [isNaming, setNaming] = useState(false);
  const { data: session, isPending } = useQuery({
    queryKey: ["account", "who-is-signed-in"],
    queryFn: loadSession,
    gcTime: 0,
  });

  async function onJoined(workspaceId: string): Promise<void> {
    chooseWorkspace(workspaceId);
    const joined = await getSession();
    beginSession(joined);
    if (needsName(joined, workspaceId)) setNaming(true);
    else await router.navigate({ to: "/welcome" });
  }

  if (isNaming) return <NameWorkspacePage />;
  if (isPending) return <AccountFrame title="Accept the invitation" />;
  if (token !== "")
    return <JoinPage key={token} token={token} session={session ?? null} onJoined={onJoined} />;
  // Loaded again between the two steps: the link is used up, the name is still to be given.
  if (session && needsName(session, currentWorkspaceId())) return <NameWorkspacePage />;
  return (
    <AccountFrame
      title="This link is incomplete"
      lead="Open the whole link, as it was printed or mailed. A page that is loaded again needs the link again."
      foot={
        <Anchor renderRoot={(props) => <Link {...props} to="/sign-in" />} fz="inherit">
          Sign in
        </Anchor>
      }
    />
  );
}
