import { useListAgents } from "../../api/generated/agents/agents";
import { useName } from "../names.ts";
import { ObjectSelect, type ObjectSelectProps } from "./object-select.tsx";

function useChoices(q: string) {
  const { data, isPending } = useListAgents({ limit: 50, ...(q === "" ? {} : { q }) });
  const choices = (data?.items ?? []).map(({ id, name, model, isDefault, enabled }) => ({
    id,
    label: name,
    hint: [isDefault ? "default" : "", enabled ? "" : "disabled", model]
      .filter((part) => part !== "")
      .join(" · "),
  }));
  return { choices, isLoading: isPending };
}

function useLabel(id: string | null) {
  const name = useName("agent", id);
  return name === null ? "Deleted agent" : name;
}

export function AgentSelect(props: ObjectSelectProps) {
  return (
    <ObjectSelect {...props} useChoices={useChoices} useLabel={useLabel} nothing="No agent has this name" />
  );
}
