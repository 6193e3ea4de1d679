import type { Change, ChangeKind } from "../../base/change.ts";
import { toId } from "../../base/ids.ts";
import type { Topic } from "./topics.ts";

/** More objects of a topic than this are not named in one event. */
const mostNamed = 100;

/** What changed of one topic. */
export interface TopicChange {
  readonly topic: string;
  readonly kind: ChangeKind;
  /** API ids. Null: any of the topic. */
  readonly ids: readonly string[] | null;
}

/** Changes on their way to one client. However many there are, what it holds is bounded by the number of topics. */
export interface Gathering {
  /** Takes what concerns the topics. */
  add(change: Change): void;
  readonly isEmpty: boolean;
  /** Hands over what was gathered, and begins anew. */
  take(): readonly TopicChange[];
}

interface Gathered {
  readonly topic: Topic;
  readonly kind: ChangeKind;
  /** UUIDs; null: any. */
  ids: Set<string> | null;
}

/** An empty one for these topics. */
export function createGathering(topics: readonly Topic[]): Gathering {
  const byKind = new Map<ChangeKind, Topic[]>();
  for (const topic of topics)
    for (const kind of topic.kinds) {
      const known = byKind.get(kind);
      if (known === undefined) byKind.set(kind, [topic]);
      else known.push(topic);
    }
  const gathered = new Map<string, Gathered>();

  function addTo(topic: Topic, { kind, id }: Change): void {
    const key = `${kind} ${topic.name}`;
    const entry = gathered.get(key) ?? { topic, kind, ids: new Set<string>() };
    gathered.set(key, entry);
    // Of one object it is known which one has changed, or may have.
    const changed = topic.id ?? id;
    if (changed === null) entry.ids = null;
    else entry.ids?.add(changed);
    if (entry.ids !== null && entry.ids.size > mostNamed) entry.ids = null;
  }

  return {
    add(change) {
      for (const topic of byKind.get(change.kind) ?? [])
        if (topic.id === null || change.id === null || topic.id === change.id) addTo(topic, change);
    },
    get isEmpty() {
      return gathered.size === 0;
    },
    take() {
      const changes = [...gathered.values()].map(({ topic, kind, ids }) => ({
        topic: topic.name,
        kind,
        ids: ids === null ? null : [...ids].map((id) => toId(kind, id)),
      }));
      gathered.clear();
      return changes;
    },
  };
}
