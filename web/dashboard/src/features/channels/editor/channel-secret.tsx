import { Button, Group, Text } from "@mantine/core";
import { IconEye, IconEyeOff, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { getChannelSecret, rotateChannelSecret } from "../../../api/generated/channels/channels";
import type { Channel, ChannelSecret as Secret } from "../../../api/generated/model";
import { ask } from "../../../components/ask.tsx";
import { TextView } from "../../../components/code/text-view.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { Section } from "./section.tsx";

/** The key of the proofs, for admins and only when they ask; it is kept nowhere in the page. */
export function ChannelSecret({ channel: { id, name } }: { readonly channel: Channel }) {
  const isAdmin = useMe().can("admin");
  const [secret, setSecret] = useState<string | null>(null);
  const [busy, setBusy] = useState<"show" | "rotate" | null>(null);

  async function load(
    what: "show" | "rotate",
    call: () => Promise<Secret>,
    failed: string,
  ): Promise<boolean> {
    setBusy(what);
    try {
      setSecret((await call()).secret);
      return true;
    } catch (error) {
      sayFailed(failed, error);
      return false;
    } finally {
      setBusy(null);
    }
  }

  async function rotate(): Promise<void> {
    const isSure = await ask({
      title: `Rotate the secret of “${name}”?`,
      text: "Proofs made with the old secret are refused from now on, so your server cannot prove new visitors until it has the new one. Visitors that have a token keep it.",
      confirm: "Rotate",
      isDangerous: true,
    });
    if (!isSure) return;
    if (await load("rotate", () => rotateChannelSecret(id), "The secret was not rotated"))
      sayDone("The secret is a new one. Give it to your server.");
  }

  return (
    <Section
      title="Secret"
      help="The key with which your server proves who a visitor is. Looking at it is kept in the audit log."
    >
      {!isAdmin ? (
        <Text size="sm" c="dimmed">
          Only owners and admins may see it.
        </Text>
      ) : (
        <>
          {secret !== null && <TextView isCode text={secret} label="the secret" />}
          <Group gap="xs" mt="xs">
            {secret === null ? (
              <Button
                variant="default"
                loading={busy === "show"}
                leftSection={<IconEye size={14} aria-hidden />}
                onClick={() => void load("show", () => getChannelSecret(id), "The secret was not shown")}
              >
                Show secret
              </Button>
            ) : (
              <Button
                variant="default"
                leftSection={<IconEyeOff size={14} aria-hidden />}
                onClick={() => setSecret(null)}
              >
                Hide
              </Button>
            )}
            <Button
              variant="default"
              c="red"
              loading={busy === "rotate"}
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={() => void rotate()}
            >
              Rotate
            </Button>
          </Group>
        </>
      )}
    </Section>
  );
}
