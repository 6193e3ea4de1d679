import { Button } from "@mantine/core";
import { IconRobot } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { askAgain } from "../../../api/kept-answers.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { createExampleAgent } from "../actions/example-agent.ts";

/** A workspace without agents: what they are, and one that works at a click. */
export function NoAgents() {
  const { can, membership } = useMe();
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationFn: () => createExampleAgent(membership.workspaceName),
    onSuccess: async ({ id, name }) => {
      sayDone(`“${name}” is there. Write to it in the test beside its settings.`);
      await navigate({ to: "/agents/$agentId", params: { agentId: id } });
    },
    onError: (error) => sayFailed("The agent was not made", error),
    onSettled: () => {
      askAgain("/v1/agents");
      askAgain("/v1/model-providers");
    },
  });
  return (
    <EmptyState
      icon={IconRobot}
      title="No agents yet"
      actions={
        can("write") ? (
          <>
            <Button loading={isPending} onClick={() => mutate()}>
              Create an example agent
            </Button>
            <Button
              variant="default"
              disabled={isPending}
              renderRoot={(props) => <Link to="/agents/new" {...props} />}
            >
              New agent
            </Button>
          </>
        ) : undefined
      }
    >
      An agent answers contacts and carries out tasks: a model with instructions, tools, knowledge and limits.
      {can("write")
        ? " The example uses a model provider of this workspace, or the sandbox model, which needs no key."
        : " Your role may look at agents, not make them."}
    </EmptyState>
  );
}
