import { Button } from "@mantine/core";
import { IconExternalLink, IconMessages } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useListChannels } from "../../../api/generated/channels/channels";
import { EmptyState } from "../../../components/empty-state.tsx";
import { useMe } from "../../../session/session.ts";

/** A workspace in which nobody has written yet. */
export function NoConversations() {
  const mayWrite = useMe().can("write");
  const { data } = useListChannels({ platform: "web", status: "connected", limit: 1 });
  const channel = data?.items[0];
  return (
    <EmptyState
      icon={IconMessages}
      title="No conversations yet"
      actions={
        data === undefined ? undefined : channel === undefined ? (
          mayWrite && (
            <Button renderRoot={(props) => <Link to="/channels/new" {...props} />}>New web channel</Button>
          )
        ) : (
          <Button
            component="a"
            href={`/chat/${channel.id}`}
            target="_blank"
            rel="noreferrer"
            rightSection={<IconExternalLink size={14} aria-hidden />}
          >
            Write as a contact
          </Button>
        )
      }
    >
      What contacts write and what agents and members answer stands here, one conversation after another, with
      who speaks for the company and why a message was held back.
      {channel !== undefined &&
        ` The chat page of “${channel.name}” opens in another tab; what you write there appears here at once.`}
      {data !== undefined && channel === undefined && " It begins with a channel that contacts can reach."}
    </EmptyState>
  );
}
