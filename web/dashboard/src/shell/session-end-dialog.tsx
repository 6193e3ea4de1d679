import { Anchor, Modal, Text } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useEffectEvent } from "react";
import type { Session } from "../api/generated/model";
import { getSession } from "../api/generated/sign-in/sign-in";
import { useSessionEnded } from "../api/session-end.ts";
import { chooseWorkspace } from "../api/workspace-choice.ts";
import { resumeSession } from "../session/begin.ts";
import { startPath } from "../session/next-path.ts";
import { useMe } from "../session/session.ts";
import { SignInForm } from "./sign-in-form.tsx";

/** Above menus, drawers and other dialogs: none of them works any more. */
const layer = 1_000;

/**
 * Lies over the page once the server has said that the session is over. The page stays under it as it is, with what was
 * typed there, and goes on after the same person has signed in again.
 */
export function SessionEndDialog() {
  const hasEnded = useSessionEnded();
  const { email, membership } = useMe();
  const router = useRouter();

  async function goOn(session: Session): Promise<void> {
    const isSame =
      session.email === email &&
      session.memberships.some(({ workspaceId }) => workspaceId === membership.workspaceId);
    if (isSame) return resumeSession(session);
    // Another person's page, with what was typed on it, is not for these eyes.
    chooseWorkspace(null);
    await router.navigate({ to: startPath, ignoreBlocker: true });
    location.reload();
  }

  return (
    <Modal
      opened={hasEnded}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={layer}
      title="Your session has ended"
    >
      {hasEnded && <SignedInElsewhere onSignedIn={(session) => void goOn(session)} />}
      <Text size="sm" c="dimmed" mb="md">
        Sign in to go on where you are. What you typed on this page is kept.
      </Text>
      <SignInForm email={email} onSignedIn={(session) => void goOn(session)}>
        <Anchor href="/forgot-password" target="_blank" size="sm" w="fit-content">
          Forgot the password?
        </Anchor>
      </SignInForm>
    </Modal>
  );
}

/** The cookie is the browser's: signing in on one tab ends the wait of the others when one comes back to them. */
function SignedInElsewhere({ onSignedIn }: { onSignedIn(session: Session): void }) {
  const look = useEffectEvent(async () => {
    if (document.visibilityState !== "visible") return;
    const session = await getSession().catch(() => undefined);
    if (session !== undefined) onSignedIn(session);
  });
  useEffect(() => {
    const listen = () => void look();
    document.addEventListener("visibilitychange", listen);
    window.addEventListener("focus", listen);
    return () => {
      document.removeEventListener("visibilitychange", listen);
      window.removeEventListener("focus", listen);
    };
  }, []);
  return null;
}
