import type { ModelMessage, ModelToolCall } from "./messages.ts";

/** What every provider takes as the name of a tool or the id of a call. */
const fitting = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The same messages with names and ids of tool calls that every provider takes back. Models make up names with dots
 * and spaces, and some servers give each call of a conversation the same id; a history that holds them is refused with
 * 400, at this call and at each later one.
 */
export function fitNames(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const taken = new Set<string>();
  let latest = new Map<string, string>();
  return messages.map((message, place) => {
    if (message.role === "assistant" && message.toolCalls !== undefined) {
      latest = new Map(
        message.toolCalls.map((call, index) => [call.id, fitId(call, `call_${place}_${index}`, taken)]),
      );
      const toolCalls = message.toolCalls.map((call) => ({
        ...call,
        id: latest.get(call.id) ?? call.id,
        name: fitName(call.name),
      }));
      return { ...message, toolCalls };
    }
    if (message.role !== "tool") return message;
    const results = message.results.map((result) => ({
      ...result,
      toolCallId: latest.get(result.toolCallId) ?? result.toolCallId,
      name: fitName(result.name),
    }));
    return { ...message, results };
  });
}

function fitId({ id }: ModelToolCall, other: string, taken: Set<string>): string {
  let fit = fitting.test(id) && !taken.has(id) ? id : other;
  for (let copy = 2; taken.has(fit); copy += 1) fit = `${other}_${copy}`;
  taken.add(fit);
  return fit;
}

function fitName(name: string): string {
  if (fitting.test(name)) return name;
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "unnamed";
}
