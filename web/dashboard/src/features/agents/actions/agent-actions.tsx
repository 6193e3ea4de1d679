import { Stack, Text } from "@mantine/core";
import { deleteAgent, updateAgent } from "../../../api/generated/agents/agents";
import type { Agent } from "../../../api/generated/model";
import { listTasks } from "../../../api/generated/tasks/tasks";
import { askAgain, foreseeChange } from "../../../api/kept-answers.ts";
import { ask } from "../../../components/ask.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import {
  describeDeletion,
  foresee,
  mostListed,
  type QuickChange,
  sayChanged,
  sayNotChanged,
} from "./rules.ts";

const collection = "/v1/agents";

/** Changes the agent on the screen at once, then on the server; it looks as before if that refuses. */
export async function changeAgent(agent: Agent, change: QuickChange): Promise<void> {
  const foreseen = await foreseeChange<Agent>(collection, (other) => foresee(other, agent.id, change));
  try {
    await updateAgent(agent.id, change);
    const { enabled } = change;
    sayDone(
      sayChanged(agent, change),
      enabled === undefined ? undefined : () => void changeAgent(agent, { enabled: !enabled }),
    );
  } catch (error) {
    foreseen.takeBack();
    sayFailed(sayNotChanged(agent, change), error);
  }
  askAgain(collection);
}

/**
 * Deletes the agent after a question that says what follows. `leave` goes away from the agent's page before it is gone:
 * the page would ask for it again.
 */
export async function removeAgent(agent: Agent, leave?: () => Promise<void>): Promise<void> {
  try {
    const { items } = await listTasks({ agentId: agent.id, limit: mostListed });
    const isSure = await ask({
      title: `Delete “${agent.name}”?`,
      text: (
        <Stack gap="xs" component="span" display="flex">
          {describeDeletion(agent, items).map((sentence) => (
            <Text key={sentence} size="sm" component="span">
              {sentence}
            </Text>
          ))}
        </Stack>
      ),
      confirm: "Delete",
      isDangerous: true,
    });
    if (!isSure) return;
    await leave?.();
    await deleteAgent(agent.id);
    sayDone(`“${agent.name}” deleted.`);
  } catch (error) {
    sayFailed(`“${agent.name}” not deleted`, error);
  }
  askAgain(collection);
  askAgain("/v1/tasks");
}
