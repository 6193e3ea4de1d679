import { useGetChannel, useListChannels } from "../api/generated/channels/channels";

const mostChannels = 100;

/**
 * A channel's name: undefined while it is asked for, null if the channel is gone. There are few of them, so that one
 * list answers for all that are on the screen.
 */
export function useChannelName(id: string | null): string | null | undefined {
  const { data: list } = useListChannels({ limit: mostChannels });
  const listed = list?.items.find((channel) => channel.id === id);
  const isBeyond = id !== null && list !== undefined && listed === undefined && list.nextCursor !== null;
  const { data: found } = useGetChannel(id ?? "", { query: { enabled: isBeyond } });
  if (list === undefined) return undefined;
  return listed?.name ?? found?.name ?? (isBeyond ? undefined : null);
}

/** The name in a list or beside other facts. */
export function ChannelName({ id }: { readonly id: string }) {
  const name = useChannelName(id);
  return <span>{name === null ? "Deleted channel" : (name ?? "…")}</span>;
}
