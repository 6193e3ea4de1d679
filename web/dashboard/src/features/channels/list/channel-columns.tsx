import { Anchor, Badge, Button } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Channel } from "../../../api/generated/model";
import type { Column } from "../../../components/data-table/index.ts";
import { AgentName } from "../../../components/links.tsx";
import { RelativeTime } from "../../../components/time.tsx";
import { switchChannel } from "../actions/channel-actions.tsx";
import { ChannelPill } from "../actions/channel-pill.tsx";
import { describeKind, hostedPageOf } from "../actions/rules.ts";
import classes from "./list.module.css";

export function channelColumns(mayWrite: boolean): readonly Column<Channel>[] {
  return [
    {
      key: "name",
      header: "Name",
      isLink: true,
      render: (channel) => <Name channel={channel} />,
    },
    {
      key: "kind",
      header: "Platform",
      width: 128,
      from: 600,
      render: (channel) => describeKind(channel),
    },
    {
      key: "state",
      header: "State",
      width: "clamp(124px, 29%, 380px)",
      render: (channel) => <ChannelState channel={channel} mayWrite={mayWrite} />,
    },
    {
      key: "agent",
      header: "Default agent",
      width: "20%",
      from: 600,
      render: (channel) => <DefaultAgent channel={channel} mayWrite={mayWrite} />,
    },
    {
      key: "page",
      header: "Hosted page",
      width: 124,
      from: 900,
      render: ({ id, name }) => (
        <Anchor
          href={hostedPageOf(id, location.origin)}
          target="_blank"
          rel="noreferrer"
          fz="inherit"
          aria-label={`Open the hosted page of ${name}`}
        >
          Open <IconExternalLink size={13} aria-hidden className={classes.inline} />
        </Anchor>
      ),
    },
    {
      key: "created",
      header: "Created",
      width: 104,
      from: 1200,
      render: ({ createdAt }) => <RelativeTime at={createdAt} />,
    },
  ];
}

function Name({ channel: { name, demo } }: { readonly channel: Channel }) {
  return (
    <div className={classes.name}>
      <span className={classes.title} title={name}>
        {name}
      </span>
      {demo && (
        <Badge size="xs" variant="light" color="gray" radius="sm" tt="none" flex="none">
          Demo
        </Badge>
      )}
    </div>
  );
}

interface CellProps {
  readonly channel: Channel;
  readonly mayWrite: boolean;
}

/** Whether it works and, if not, what that means and the button that mends it. */
function ChannelState({ channel, mayWrite }: CellProps) {
  if (channel.status === "connected") return <ChannelPill channel={channel} />;
  return (
    <div className={classes.state}>
      <ChannelPill channel={channel} />
      <span className={classes.reason} title="Takes and sends no messages">
        Takes and sends no messages
      </span>
      {mayWrite && (
        <Button
          className={classes.mend}
          variant="default"
          size="compact-xs"
          aria-label={`Enable ${channel.name}`}
          onClick={() => void switchChannel(channel, "connected")}
        >
          Enable
        </Button>
      )}
    </div>
  );
}

function DefaultAgent({ channel: { id, name, defaultAgentId }, mayWrite }: CellProps) {
  if (defaultAgentId !== null) return <AgentName id={defaultAgentId} />;
  return (
    <div className={classes.state}>
      <span className={classes.reason}>A person answers</span>
      {mayWrite && (
        <Button
          className={classes.mend}
          variant="default"
          size="compact-xs"
          aria-label={`Choose an agent for ${name}`}
          renderRoot={(props) => <Link to="/channels/$channelId" params={{ channelId: id }} {...props} />}
        >
          Choose
        </Button>
      )}
    </div>
  );
}
