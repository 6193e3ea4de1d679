import { Anchor, Button, Group, List, Skeleton, Stack, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { getGetDemoQueryKey, useGetDemo, useRemoveDemo } from "../../api/generated/demo/demo";
import type { Demo } from "../../api/generated/model";
import { ask } from "../../components/ask.tsx";
import { useChannelName } from "../../components/channel-name.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { AgentName, ContactName, TaskName } from "../../components/links.tsx";
import { Page } from "../../components/page.tsx";
import { sayDone, sayFailed } from "../../components/say.tsx";
import { useMe } from "../../session/session.ts";
import { Part } from "./section-parts.tsx";

const kinds = [
  { field: "taskIds", word: "Task", Name: TaskName },
  { field: "agentIds", word: "Agent", Name: AgentName },
  { field: "contactIds", word: "Contact", Name: ContactName },
  { field: "channelIds", word: "Channel", Name: ChannelLink },
] as const;

const names = { agent: AgentName, contact: ContactName, channel: ChannelLink } as const;
const words = { agent: "Agent", contact: "Contact", channel: "Channel" } as const;

/** What the first start made so that there is something to look at, and its removal. */
export function DemoPage() {
  const { data, error, refetch } = useGetDemo();
  const isEmpty =
    data !== undefined && data.kept.length === 0 && kinds.every(({ field }) => data[field].length === 0);
  return (
    <Page title="Demo data" layout="flow">
      <Part
        title="What there is"
        text="Made at the first start on the sandbox model. Its removal leaves what you made, and of the demo what that uses."
      >
        {error !== null && data === undefined && <ErrorState error={error} onRetry={() => void refetch()} />}
        {error === null && data === undefined && <Skeleton height={96} />}
        {isEmpty && <Text size="sm">There is no demo data in this workspace.</Text>}
        {data !== undefined && !isEmpty && <Objects demo={data} />}
      </Part>
    </Page>
  );
}

function Objects({ demo }: { readonly demo: Demo }) {
  const mayRemove = useMe().can("admin");
  const queryClient = useQueryClient();
  const { mutate, isPending } = useRemoveDemo({
    mutation: {
      async onSuccess({ kept }) {
        sayDone(kept.length === 0 ? "Demo data removed." : "Demo data removed, but for what is in use.");
        await queryClient.invalidateQueries();
      },
      onError: (error) => sayFailed("Demo data not removed", error),
      onSettled: () => queryClient.invalidateQueries({ queryKey: getGetDemoQueryKey() }),
    },
  });

  async function remove(): Promise<void> {
    const isSure = await ask({
      title: "Remove the demo data?",
      text: `What is listed as going goes, with its executions and conversations. ${
        demo.kept.length === 0 ? "" : "What stays is no longer labelled as demo. "
      }This cannot be undone.`,
      confirm: "Remove",
      isDangerous: true,
    });
    if (isSure) mutate();
  }

  return (
    <Stack gap="md">
      <div>
        {demo.kept.length > 0 && (
          <Text size="sm" fw={500} mb={4}>
            Goes
          </Text>
        )}
        <List size="sm" spacing={4}>
          {kinds.flatMap(({ field, word, Name }) =>
            demo[field].map((id) => (
              <List.Item key={id}>
                {word}: <Name id={id} />
              </List.Item>
            )),
          )}
        </List>
      </div>
      {demo.kept.length > 0 && <Kept kept={demo.kept} />}
      {mayRemove && (
        <Group>
          <Button
            color="red"
            variant="light"
            size="sm"
            leftSection={<IconTrash size={16} aria-hidden />}
            loading={isPending}
            onClick={() => void remove()}
          >
            Remove demo data
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** What something of one's own uses, and what that is. */
function Kept({ kept }: Pick<Demo, "kept">) {
  return (
    <div>
      <Text size="sm" fw={500} mb={4}>
        Stays
      </Text>
      <List size="sm" spacing={4}>
        {kept.map(({ kind, id, reason }) => {
          const Name = names[kind];
          return (
            <List.Item key={id}>
              {words[kind]}: <Name id={id} />
              <Text size="xs" c="dimmed">
                {reason.message}
              </Text>
            </List.Item>
          );
        })}
      </List>
    </div>
  );
}

function ChannelLink({ id }: { readonly id: string }) {
  const name = useChannelName(id);
  if (name === null) return <span>Deleted channel</span>;
  return (
    <Anchor
      fz="inherit"
      c="inherit"
      renderRoot={(props) => <Link to="/channels/$channelId" params={{ channelId: id }} {...props} />}
    >
      {name ?? "…"}
    </Anchor>
  );
}
