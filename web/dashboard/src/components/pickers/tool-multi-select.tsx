import { useQueries } from "@tanstack/react-query";
import type { Tool } from "../../api/generated/model";
import { getGetToolQueryOptions, useListTools } from "../../api/generated/tools/tools";
import { ObjectMultiSelect, type ObjectMultiSelectProps } from "./object-multi-select.tsx";

function toChoice({ id, name, description, enabled }: Tool) {
  return { id, label: enabled ? name : `${name} (disabled)`, hint: description };
}

function useChoices(q: string) {
  const { data, isPending } = useListTools({ limit: 50, ...(q === "" ? {} : { q }) });
  return { choices: (data?.items ?? []).map(toChoice), isLoading: isPending };
}

function useChosen(ids: readonly string[]) {
  const { choices } = useChoices("");
  const missing = ids.filter((id) => !choices.some((choice) => choice.id === id));
  const queries = useQueries({ queries: missing.map((id) => getGetToolQueryOptions(id)) });
  const asked = queries.flatMap(({ data }) => (data === undefined ? [] : [toChoice(data)]));
  return [...choices.filter(({ id }) => ids.includes(id)), ...asked];
}

export function ToolMultiSelect(props: ObjectMultiSelectProps) {
  return (
    <ObjectMultiSelect
      {...props}
      useChoices={useChoices}
      useChosen={useChosen}
      nothing="No tool matches this text"
    />
  );
}
