import type { Agent, Task } from "../../../api/generated/model";

/** What may be changed from a list or a head, without the form. */
export type QuickChange =
  | { readonly enabled: boolean; readonly isDefault?: never }
  | { readonly isDefault: true; readonly enabled?: never };

/** How any agent looks after the change of one: the default is taken from whichever had it. */
export function foresee(agent: Agent, id: string, change: QuickChange): Agent {
  if (agent.id === id) return { ...agent, ...change };
  return change.isDefault === undefined ? agent : { ...agent, isDefault: false };
}

/** "“Mia” is the default agent." */
export function sayChanged({ name }: Pick<Agent, "name">, { enabled }: QuickChange): string {
  if (enabled === undefined) return `“${name}” is the default agent.`;
  return enabled ? `“${name}” enabled.` : `“${name}” disabled. It answers nobody.`;
}

export function sayNotChanged({ name }: Pick<Agent, "name">, { enabled }: QuickChange): string {
  if (enabled === undefined) return `“${name}” was not made the default`;
  return enabled ? `“${name}” not enabled` : `“${name}” not disabled`;
}

/** The API lists so many at once, so beyond it the number is not known. */
export const mostListed = 100;
const mostNamed = 3;

/** What a deletion does, in sentences: which tasks pause, and whether agents are left without a default. */
export function describeDeletion(
  { isDefault }: Pick<Agent, "isDefault">,
  tasks: readonly Pick<Task, "name">[],
): readonly string[] {
  const sentences = [describeTasks(tasks)];
  if (isDefault)
    sentences.push(
      "It is the default agent: tasks without an agent of their own will have none until another one is made the default.",
    );
  sentences.push(
    "Channels where it answers wait for a person. Conversations and executions stay. This cannot be undone.",
  );
  return sentences;
}

function describeTasks(tasks: readonly Pick<Task, "name">[]): string {
  if (tasks.length === 0) return "No task uses it.";
  const named = tasks.slice(0, mostNamed).map(({ name }) => `“${name}”`);
  const others = tasks.length - named.length;
  const list = [
    ...named,
    ...(others > 0 ? [`${others}${tasks.length === mostListed ? " or more" : ""} others`] : []),
  ];
  const who = list.length === 1 ? list[0] : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
  return `${who} ${tasks.length === 1 ? "pauses" : "pause"} and ${tasks.length === 1 ? "says" : "say"} why.`;
}

/** Names of models that answer no chat. */
const noChat =
  /embed|tts|whisper|audio|image|moderation|realtime|transcribe|dall-e|rerank|babbage|davinci|sora|veo|guard/i;
const small = /mini|flash|haiku|small/i;

/** A model to begin with, of those that a provider lists: one that chats, a small one if there is one. */
export function chooseModel(ids: readonly string[]): string | undefined {
  const chatting = ids.filter((id) => !noChat.test(id));
  return chatting.find((id) => small.test(id)) ?? chatting[0];
}
