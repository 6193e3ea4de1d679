import { ActionIcon, Button, Menu, Skeleton, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleOff, IconDots, IconMessageCircle, IconTrash } from "@tabler/icons-react";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { getGetChannelQueryKey, useGetChannel } from "../../../api/generated/channels/channels";
import type { Channel } from "../../../api/generated/model";
import { askAgain } from "../../../api/kept-answers.ts";
import { queryClient } from "../../../api/query-client.ts";
import { CopyId } from "../../../components/copy-id.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { Page } from "../../../components/page.tsx";
import { sayDone } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { removeChannel, switchChannel } from "../actions/channel-actions.tsx";
import { ChannelPill } from "../actions/channel-pill.tsx";
import { ChannelForm } from "./channel-form.tsx";
import { ChannelSecret } from "./channel-secret.tsx";
import classes from "./editor.module.css";
import { HostedPage } from "./hosted-page.tsx";
import { IdentitySamples } from "./identity-samples.tsx";
import { toValues } from "./values.ts";

const route = getRouteApi("/app/channels/$channelId");
const crumbs = [{ label: "Channels", link: { to: "/channels" } }] as const;

/** One channel: its settings, and beside them how contacts reach it. */
export function ChannelPage() {
  const { channelId } = route.useParams();
  const { data: channel, isPending, error, refetch } = useGetChannel(channelId);
  if (isPending)
    return (
      <Page title="Channel" crumbs={crumbs} layout="flow">
        <Stack maw={640} aria-busy="true">
          <Skeleton height={56} />
          <Skeleton height={56} />
          <Skeleton height={56} />
        </Stack>
      </Page>
    );
  if (channel === undefined)
    return (
      <Page title="Channel" crumbs={crumbs}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );

  function onSaved(saved: Channel): void {
    queryClient.setQueryData(getGetChannelQueryKey(saved.id), saved);
    askAgain("/v1/channels");
    sayDone(`“${saved.name}” saved.`);
  }

  return (
    <Page
      title={channel.name}
      crumbs={crumbs}
      layout="flow"
      beside={
        <>
          <ChannelPill channel={channel} />
          <CopyId id={channel.id} />
        </>
      }
      actions={<Actions channel={channel} />}
    >
      <Disabled channel={channel} />
      <div className={classes.columns}>
        <ChannelForm key={channel.id} channelId={channel.id} stored={toValues(channel)} onSaved={onSaved} />
        <Stack gap="lg">
          <HostedPage channel={channel} />
          <ChannelSecret channel={channel} />
          <IdentitySamples channelId={channel.id} />
        </Stack>
      </div>
    </Page>
  );
}

/** What it means that a channel is disabled, and the button that mends it. */
function Disabled({ channel }: { readonly channel: Channel }) {
  const mayWrite = useMe().can("write");
  if (channel.status === "connected") return null;
  return (
    <div className={classes.notice} role="status">
      <Text size="sm">The channel is disabled: it takes and sends no messages.</Text>
      {mayWrite && (
        <Button size="compact-xs" onClick={() => void switchChannel(channel, "connected")}>
          Enable
        </Button>
      )}
    </div>
  );
}

function Actions({ channel }: { readonly channel: Channel }) {
  const mayWrite = useMe().can("write");
  const navigate = useNavigate();
  const isConnected = channel.status === "connected";
  const leave = () => navigate({ to: "/channels", ignoreBlocker: true });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconMessageCircle size={14} aria-hidden />}
        renderRoot={(props) => <Link to="/conversations" search={{ channelId: channel.id }} {...props} />}
      >
        Conversations
      </Button>
      {mayWrite && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label="Actions">
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={
                isConnected ? (
                  <IconCircleOff size={14} aria-hidden />
                ) : (
                  <IconCircleCheck size={14} aria-hidden />
                )
              }
              onClick={() => void switchChannel(channel, isConnected ? "disabled" : "connected")}
            >
              {isConnected ? "Disable" : "Enable"}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconTrash size={14} aria-hidden />}
              color="red"
              onClick={() => void removeChannel(channel, leave)}
            >
              Delete
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
