import { useGetTask, useListTasks } from "../../api/generated/tasks/tasks";
import { ObjectSelect, type ObjectSelectProps } from "./object-select.tsx";

function useChoices(q: string) {
  const { data, isPending } = useListTasks({ limit: 50, ...(q === "" ? {} : { q }) });
  const choices = (data?.items ?? []).map(({ id, name }) => ({ id, label: name }));
  return { choices, isLoading: isPending };
}

function useLabel(id: string | null) {
  return useGetTask(id ?? "", { query: { enabled: id !== null } }).data?.name;
}

export function TaskSelect(props: ObjectSelectProps) {
  return (
    <ObjectSelect {...props} useChoices={useChoices} useLabel={useLabel} nothing="No task has this name" />
  );
}
