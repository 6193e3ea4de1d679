import { Button, Divider, Select, Skeleton, Stack, Text } from "@mantine/core";
import { IconPlugConnected, IconUserQuestion } from "@tabler/icons-react";
import { useState } from "react";
import { createChannel, useListChannels } from "../../api/generated/channels/channels";
import { createVisitor } from "../../api/generated/web-channel/web-channel";
import { askAgain } from "../../api/kept-answers.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { ContactSelect } from "../../components/pickers/contact-select.tsx";
import { sayFailed } from "../../components/say.tsx";
import classes from "./phone.module.css";
import type { useLines } from "./use-lines.ts";

const mostChannels = 100;

/** Chooses a web channel and whom to play there. */
export function DialForm({ lines }: { readonly lines: ReturnType<typeof useLines> }) {
  const { data, isPending, error, refetch } = useListChannels({
    ...{ platform: "web", status: "connected", limit: mostChannels },
  });
  const [chosen, setChosen] = useState<string | null>(lines.lines[0]?.channelId ?? null);
  const [contactId, setContactId] = useState<string | null>(null);
  const [busy, setBusy] = useState<"visitor" | "channel" | null>(null);
  if (isPending)
    return (
      <Stack p="md" gap="sm" aria-hidden>
        <Skeleton height={54} />
        <Skeleton height={54} />
        <Skeleton height={30} />
      </Stack>
    );
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const channels = data.items;
  const channelId = (channels.find(({ id }) => id === chosen) ?? channels[0])?.id;

  async function addChannel(): Promise<void> {
    setBusy("channel");
    try {
      await createChannel({ platform: "web", kind: "page", name: "Website" });
      askAgain("/v1/channels");
    } catch (failure) {
      sayFailed("No channel was made", failure);
    }
    setBusy(null);
  }

  if (channelId === undefined)
    return (
      <Stack align="center" p="xl">
        <EmptyState
          icon={IconPlugConnected}
          title="No web channel is connected"
          actions={
            <Button loading={busy === "channel"} onClick={() => void addChannel()}>
              Create a web channel
            </Button>
          }
        >
          The Phone plays a contact who writes on a web channel: a hosted page that works at once, without an
          account anywhere.
        </EmptyState>
      </Stack>
    );

  const place: string = channelId;
  async function playVisitor(): Promise<void> {
    setBusy("visitor");
    try {
      const visitor = await createVisitor(place, {});
      lines.dial({ channelId: place, contactId: visitor.contactId }, visitor.token);
    } catch (failure) {
      sayFailed("No visitor came", failure);
      setBusy(null);
    }
  }

  return (
    <form
      className={classes.dial}
      onSubmit={(event) => {
        event.preventDefault();
        if (contactId !== null) lines.dial({ channelId: place, contactId });
      }}
    >
      <Text size="sm" c="dimmed">
        Play a contact to try agents out. What you write counts as written by that contact: agents answer it,
        and it stays in the contact’s conversation.
      </Text>
      <Select
        label="Channel"
        data={channels.map(({ id, name }) => ({ value: id, label: name }))}
        value={channelId}
        onChange={setChosen}
        allowDeselect={false}
      />
      <ContactSelect
        label="Contact"
        placeholder="Name, e-mail or phone"
        value={contactId}
        onChange={setContactId}
      />
      <Button type="submit" disabled={contactId === null}>
        Play this contact
      </Button>
      <Divider label="or" />
      <Button
        variant="default"
        leftSection={<IconUserQuestion size={14} aria-hidden />}
        loading={busy === "visitor"}
        onClick={() => void playVisitor()}
      >
        Play a new visitor
      </Button>
      {lines.lines.length > 0 && (
        <Button variant="subtle" onClick={lines.goOn}>
          Back to the last chat
        </Button>
      )}
    </form>
  );
}
