import type { ChangeKind } from "../../base/change.ts";
import { fromId, idPrefixes } from "../../base/ids.ts";

/** The collections that can be watched, each with the kinds of objects in it. */
const collections = {
  tasks: ["task"],
  executions: ["execution"],
  conversations: ["conversation"],
  contacts: ["contact"],
  agents: ["agent"],
  channels: ["channel"],
  notifications: ["notification"],
  workspace: ["workspace", "member", "invitation", "apiKey", "modelProvider", "tool", "knowledge"],
} as const satisfies Readonly<Record<string, readonly ChangeKind[]>>;

/** The kinds of objects that can be watched one by one. */
const watchedAlone = ["task", "execution", "conversation", "contact", "agent", "channel"] as const;

/** Something to watch: everything of some kinds, or one object. */
export interface Topic {
  /** As the client wrote it. */
  readonly name: string;
  readonly kinds: readonly ChangeKind[];
  /** UUID; null: a collection. */
  readonly id: string | null;
}

const exampleSuffix = "01k3v8q5x8e7arf4s2m6t9c0wd";

/** What can be watched, for people. */
export const topicsInWords = `a collection (${Object.keys(collections).join(", ")}) or one object (${watchedAlone
  .map((kind) => `${kind}:${idPrefixes[kind]}_…`)
  .join(", ")})`;

/** A topic, or what is wrong with it, to be said after "topics". */
export function readTopic(name: string): Topic | { readonly fault: string } {
  if (Object.hasOwn(collections, name))
    return { name, kinds: collections[name as keyof typeof collections], id: null };
  const [word, ...rest] = name.split(":");
  const kind = watchedAlone.find((known) => known === word);
  if (kind === undefined || rest.length === 0)
    return { fault: `must each be ${topicsInWords}; ${quote(name)} is none` };
  const id = fromId(kind, rest.join(":"));
  if (id === undefined)
    return {
      fault: `must name one ${kind} like ${kind}:${idPrefixes[kind]}_${exampleSuffix}, not ${quote(name)}`,
    };
  return { name, kinds: [kind], id };
}

const longestQuoted = 60;

function quote(name: string): string {
  return name.length > longestQuoted ? `"${name.slice(0, longestQuoted)}…"` : `"${name}"`;
}
