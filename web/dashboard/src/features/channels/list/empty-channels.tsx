import { Button } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { askAgain } from "../../../api/kept-answers.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { createExampleChannel } from "../actions/example-channel.ts";

/** A workspace without channels: what they are, and one that works at a click. */
export function NoChannels() {
  const mayWrite = useMe().can("write");
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationFn: createExampleChannel,
    onSuccess: async ({ id, name }) => {
      sayDone(`“${name}” is there. Open its hosted page and write something.`);
      await navigate({ to: "/channels/$channelId", params: { channelId: id } });
    },
    onError: (error) => sayFailed("The channel was not made", error),
    onSettled: () => askAgain("/v1/channels"),
  });
  return (
    <EmptyState
      icon={IconPlugConnected}
      title="No channels yet"
      actions={
        mayWrite ? (
          <>
            <Button loading={isPending} onClick={() => mutate()}>
              Create a web page to chat on
            </Button>
            <Button
              variant="default"
              disabled={isPending}
              renderRoot={(props) => <Link to="/channels/new" {...props} />}
            >
              New channel
            </Button>
          </>
        ) : undefined
      }
    >
      A channel is where contacts write and are written to. A web channel comes with a hosted page: a chat
      that works as it stands, to link to from anywhere.
      {!mayWrite && " Your role may look at channels, not make them."}
    </EmptyState>
  );
}
