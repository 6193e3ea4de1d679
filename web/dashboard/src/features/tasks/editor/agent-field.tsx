import type { ReactNode } from "react";
import { AgentSelect } from "../../../components/pickers/agent-select.tsx";
import { useDefaultAgent } from "../default-agent.ts";

interface AgentFieldProps {
  readonly value: string | null;
  onChange(id: string | null): void;
  readonly error: ReactNode;
}

/** Who does it; empty is the default agent, whose name is shown. */
export function AgentField({ value, onChange, error }: AgentFieldProps) {
  const { name, isNone } = useDefaultAgent();
  return (
    <AgentSelect
      label="Agent"
      description={
        isNone
          ? "The workspace has no default agent: name one here."
          : "Empty: the workspace's default agent, whichever that is when the task runs."
      }
      placeholder={name === undefined ? "Default agent" : `${name} (default agent)`}
      required={isNone}
      value={value}
      onChange={onChange}
      error={error}
      path="agentId"
    />
  );
}
