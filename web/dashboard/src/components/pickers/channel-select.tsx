import { useListChannels } from "../../api/generated/channels/channels";
import { useChannelName } from "../channel-name.tsx";
import { ObjectSelect, type ObjectSelectProps } from "./object-select.tsx";

function useChoices(q: string) {
  const { data, isPending } = useListChannels({ limit: 50, ...(q === "" ? {} : { q }) });
  const choices = (data?.items ?? []).map(({ id, name, platform }) => ({ id, label: name, hint: platform }));
  return { choices, isLoading: isPending };
}

function useLabel(id: string | null) {
  const name = useChannelName(id);
  return id !== null && name === null ? "Deleted channel" : (name ?? undefined);
}

export function ChannelSelect(props: ObjectSelectProps) {
  return (
    <ObjectSelect {...props} useChoices={useChoices} useLabel={useLabel} nothing="No channel has this name" />
  );
}
