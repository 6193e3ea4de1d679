import { Badge, Button } from "@mantine/core";
import { IconCircleCheck, IconCircleOff } from "@tabler/icons-react";
import type { Agent } from "../../../api/generated/model";
import type { Column } from "../../../components/data-table/index.ts";
import { Money } from "../../../components/money.tsx";
import { Pill } from "../../../components/pill.tsx";
import { RelativeTime } from "../../../components/time.tsx";
import { changeAgent } from "../actions/agent-actions.tsx";
import classes from "./list.module.css";

/** What the list knows beside the agents themselves. */
export interface Beside {
  readonly mayWrite: boolean;
  /** Provider → its name; undefined while it is asked for. */
  readonly providers: ReadonlyMap<string, string> | undefined;
  /** Agent → what it cost since the month began. */
  readonly costs: ReadonlyMap<string, string> | undefined;
}

export function agentColumns({ mayWrite, providers, costs }: Beside): readonly Column<Agent>[] {
  return [
    { key: "name", header: "Name", isLink: true, render: (agent) => <Name agent={agent} /> },
    {
      key: "model",
      header: "Model",
      width: "26%",
      from: 600,
      render: ({ model, modelProviderId }) => (
        <>
          <span>{model}</span>
          <span className={classes.faint}> · {providers?.get(modelProviderId) ?? "…"}</span>
        </>
      ),
    },
    {
      key: "state",
      header: "State",
      width: "clamp(112px, 26%, 340px)",
      render: (agent) => <AgentState agent={agent} mayWrite={mayWrite} />,
    },
    {
      key: "cost",
      header: "This month",
      width: 104,
      from: 900,
      align: "right",
      render: ({ id }) => (costs === undefined ? "…" : <Money usd={costs.get(id) ?? "0"} />),
    },
    {
      key: "updated",
      header: "Changed",
      width: 104,
      from: 1200,
      render: ({ updatedAt }) => <RelativeTime at={updatedAt} />,
    },
  ];
}

function Name({ agent: { name, isDefault, demo } }: { readonly agent: Agent }) {
  return (
    <div className={classes.name}>
      <span className={classes.title} title={name}>
        {name}
      </span>
      {isDefault && (
        <Badge size="xs" variant="light" radius="sm" tt="none" flex="none">
          Default
        </Badge>
      )}
      {demo && (
        <Badge size="xs" variant="light" color="gray" radius="sm" tt="none" flex="none">
          Demo
        </Badge>
      )}
    </div>
  );
}

/** Whether it works and, if not, what that means and the button that mends it. */
function AgentState({ agent, mayWrite }: { readonly agent: Agent; readonly mayWrite: boolean }) {
  if (agent.enabled)
    return (
      <Pill tone="green" icon={IconCircleCheck}>
        Enabled
      </Pill>
    );
  return (
    <div className={classes.state}>
      <Pill tone="grey" icon={IconCircleOff}>
        Disabled
      </Pill>
      <span className={classes.reason}>Answers nobody</span>
      {mayWrite && (
        <Button
          className={classes.mend}
          variant="default"
          size="compact-xs"
          aria-label={`Enable ${agent.name}`}
          onClick={() => void changeAgent(agent, { enabled: true })}
        >
          Enable
        </Button>
      )}
    </div>
  );
}
