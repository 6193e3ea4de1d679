import { useNavigate } from "@tanstack/react-router";
import { useListAgents } from "../../api/generated/agents/agents";
import type { Agent, ModelProvider, Task } from "../../api/generated/model";
import { useListModelProviders } from "../../api/generated/model-providers/model-providers";
import { useListTasks } from "../../api/generated/tasks/tasks";
import type { StepName } from "./rules.ts";

/** What the tour looks at; the newest of each suffice. */
export interface TourData {
  readonly providers: readonly ModelProvider[];
  readonly agents: readonly Agent[];
  readonly tasks: readonly Task[];
}

interface Loading {
  readonly data: TourData | undefined;
  readonly error: unknown;
  retry(): void;
}

const many = 100;

export function useTourData(): Loading {
  const providers = useListModelProviders({ limit: many });
  const agents = useListAgents({ limit: many });
  const tasks = useListTasks({ limit: many });
  const all = [providers, agents, tasks];
  return {
    data:
      providers.data && agents.data && tasks.data
        ? { providers: providers.data.items, agents: agents.data.items, tasks: tasks.data.items }
        : undefined,
    error: all.find(({ error }) => error !== null)?.error ?? null,
    retry() {
      for (const query of all) void query.refetch();
    },
  };
}

/** What was chosen in the step before. */
interface Chosen {
  readonly modelProviderId?: string;
  readonly agentId?: string;
}

/** Opens a step; which one is open stands in the address. */
export function useOpenStep(): (step: StepName, chosen?: Chosen) => void {
  const navigate = useNavigate();
  return (step, chosen) => void navigate({ to: "/welcome", search: { step, ...chosen } });
}
