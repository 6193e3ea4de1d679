import { Alert, Anchor, Avatar, Button, Text } from "@mantine/core";
import { IconAlertTriangle, IconRobot } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { useListConversations } from "../../api/generated/conversations/conversations";
import { useDescribeWebChannel } from "../../api/generated/web-channel/web-channel";
import { Composer } from "./composer.tsx";
import type { Line, LineState } from "./line.ts";
import { MessageLog } from "./message-log.tsx";
import classes from "./phone.module.css";

/** The messenger: who answers, the messages, and where one writes. */
export function Talk({ line }: { readonly line: Line }) {
  const { channelId, contactId } = line;
  const state = useSyncExternalStore(line.state.subscribe, line.state.get);
  const { data: channel } = useDescribeWebChannel(channelId);
  const { data: conversations } = useListConversations({ channelId, contactId, limit: 1 });
  const conversationId = conversations?.items[0]?.id;
  return (
    <>
      <section className={classes.device} aria-label="Chat">
        <div className={classes.other}>
          <Avatar size={28} radius="xl" color="accent" variant="light" alt="">
            <IconRobot size={16} aria-hidden />
          </Avatar>
          <div className={classes.otherNames}>
            <Text size="sm" fw={600} truncate>
              {channel?.name ?? "…"}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {describe(state, channel?.agentName ?? null)}
            </Text>
          </div>
        </div>
        <MessageLog line={line} state={state} agentName={channel?.agentName ?? null} />
        {state.refusal !== null && (
          <Alert
            m="xs"
            color="red"
            variant="light"
            icon={<IconAlertTriangle size={16} aria-hidden />}
            role="alert"
          >
            <Text size="sm">{state.refusal}</Text>
            <div className={classes.refusalActions}>
              <Button variant="default" size="compact-xs" onClick={() => line.start()}>
                Try again
              </Button>
              <Anchor
                size="xs"
                renderRoot={(props) => <Link to="/channels/$channelId" params={{ channelId }} {...props} />}
              >
                Open the channel
              </Anchor>
            </div>
          </Alert>
        )}
        <Composer line={line} draft={state.draft} />
      </section>
      <div className={classes.foot}>
        {conversationId === undefined ? (
          <Text size="xs" c="dimmed">
            There is no conversation yet.
          </Text>
        ) : (
          <Anchor
            size="xs"
            renderRoot={(props) => (
              <Link to="/conversations/$conversationId" params={{ conversationId }} {...props} />
            )}
          >
            Open the conversation
          </Anchor>
        )}
      </div>
    </>
  );
}

function describe({ isConnected, isTyping, refusal }: LineState, agentName: string | null): string {
  if (!isConnected) return refusal === null ? "Connecting…" : "Not connected";
  if (isTyping) return "writing…";
  return agentName === null ? "No default agent" : `${agentName}, an AI agent`;
}
