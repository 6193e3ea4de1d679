import { Skeleton, Stack } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useListAgents } from "../../../api/generated/agents/agents";
import { getGetChannelQueryKey } from "../../../api/generated/channels/channels";
import type { Channel } from "../../../api/generated/model";
import { askAgain } from "../../../api/kept-answers.ts";
import { queryClient } from "../../../api/query-client.ts";
import { NotAllowed } from "../../../components/not-allowed.tsx";
import { Page } from "../../../components/page.tsx";
import { sayDone } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { ChannelForm } from "./channel-form.tsx";
import { noValues } from "./values.ts";

const crumbs = [{ label: "Channels", link: { to: "/channels" } }] as const;

/** A new web channel; the default agent is chosen already. */
export function NewChannelPage() {
  const mayWrite = useMe().can("write");
  const navigate = useNavigate();
  const agents = useListAgents({ limit: 100 });

  function onSaved(channel: Channel): void {
    queryClient.setQueryData(getGetChannelQueryKey(channel.id), channel);
    askAgain("/v1/channels");
    sayDone(`“${channel.name}” created.`);
    void navigate({ to: "/channels/$channelId", params: { channelId: channel.id } });
  }

  const defaultAgent = agents.data?.items.find(({ isDefault }) => isDefault);
  return (
    <Page title="New web channel" crumbs={crumbs} layout="flow">
      {!mayWrite ? (
        <NotAllowed what="connect channels" />
      ) : agents.isPending ? (
        <Stack maw={640} aria-busy="true">
          <Skeleton height={56} />
          <Skeleton height={56} />
          <Skeleton height={56} />
        </Stack>
      ) : (
        <ChannelForm
          channelId={null}
          stored={{ ...noValues, defaultAgentId: defaultAgent?.id ?? null }}
          onSaved={onSaved}
          onCancel={() => void navigate({ to: "/channels" })}
        />
      )}
    </Page>
  );
}
