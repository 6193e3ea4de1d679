import { Button, CopyButton, Group, Text, TextInput } from "@mantine/core";
import { IconCheck, IconCopy, IconExternalLink } from "@tabler/icons-react";
import type { Channel } from "../../../api/generated/model";
import { hostedPageOf } from "../actions/rules.ts";
import { Section } from "./section.tsx";

/** The chat that Errand serves for the channel. */
export function HostedPage({ channel: { id, status } }: { readonly channel: Channel }) {
  const address = hostedPageOf(id, location.origin);
  return (
    <Section
      title="Hosted page"
      help={
        status === "connected"
          ? "A chat that works as it stands: link to it, or open it in a window."
          : "While the channel is disabled the page says that nobody is there."
      }
    >
      <TextInput
        aria-label="Address of the hosted page"
        value={address}
        readOnly
        onFocus={(event) => event.currentTarget.select()}
      />
      <Group gap="xs" mt="xs">
        <CopyButton value={address}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
              onClick={copy}
            >
              {copied ? "Copied" : "Copy link"}
            </Button>
          )}
        </CopyButton>
        <Button
          variant="default"
          component="a"
          href={address}
          target="_blank"
          rel="noreferrer"
          leftSection={<IconExternalLink size={14} aria-hidden />}
        >
          Open
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt="xs">
        Its visitors are anonymous. Where you know who somebody is, use the API with a proof as below.
      </Text>
    </Section>
  );
}
