import { useQueries } from "@tanstack/react-query";
import { getGetKnowledgeQueryOptions, useListKnowledge } from "../../api/generated/knowledge/knowledge";
import type { Knowledge } from "../../api/generated/model";
import { ObjectMultiSelect, type ObjectMultiSelectProps } from "./object-multi-select.tsx";

function toChoice({ id, title, tags, enabled }: Knowledge) {
  const hint = tags.length === 0 ? undefined : tags.join(", ");
  return { id, label: enabled ? title : `${title} (disabled)`, hint };
}

function useChoices(q: string) {
  const { data, isPending } = useListKnowledge({ limit: 50, ...(q === "" ? {} : { q }) });
  return { choices: (data?.items ?? []).map(toChoice), isLoading: isPending };
}

function useChosen(ids: readonly string[]) {
  const { choices } = useChoices("");
  const missing = ids.filter((id) => !choices.some((choice) => choice.id === id));
  const queries = useQueries({ queries: missing.map((id) => getGetKnowledgeQueryOptions(id)) });
  const asked = queries.flatMap(({ data }) => (data === undefined ? [] : [toChoice(data)]));
  return [...choices.filter(({ id }) => ids.includes(id)), ...asked];
}

export function KnowledgeMultiSelect(props: ObjectMultiSelectProps) {
  return (
    <ObjectMultiSelect
      {...props}
      useChoices={useChoices}
      useChosen={useChosen}
      nothing="No knowledge matches this text"
    />
  );
}
