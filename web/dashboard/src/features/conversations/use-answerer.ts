import { useGetAgent } from "../../api/generated/agents/agents";
import { useGetChannel } from "../../api/generated/channels/channels";
import type { Conversation } from "../../api/generated/model";

/** The agent that answers in a conversation if none is asked by name: the session's, else the channel's. */
export function useAnswerer({ session, channelId }: Pick<Conversation, "session" | "channelId">) {
  const { data: channel } = useGetChannel(channelId);
  const agentId = session?.agentId ?? channel?.defaultAgentId ?? null;
  const { data: agent } = useGetAgent(agentId ?? "", { query: { enabled: agentId !== null } });
  return {
    name: agentId === null ? undefined : agent?.name,
    /** Undefined until it is known. */
    isNobody: session === null && channel !== undefined ? agentId === null : undefined,
  };
}
