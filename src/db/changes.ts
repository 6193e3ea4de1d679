import { type ChangeKind, encodeChange, type PlacedChange } from "../base/change.ts";

/** So many objects of a kind are named one by one. */
const mostNamed = 20;

/** What one transaction changed, each object once. */
export interface ChangeList {
  add(change: PlacedChange): void;
  /**
   * The signals that tell of it. Of more than 20 objects of a kind none is named: each of their workspaces is told
   * that any may have changed. A batch of the sweep changes 500 tasks and executions, and would fill the signals
   * until they say nothing at all.
   */
  signals(): readonly string[];
}

interface OfKind {
  readonly named: Set<string>;
  readonly workspaces: Set<string>;
}

/** An empty list. */
export function createChangeList(): ChangeList {
  const kinds = new Map<ChangeKind, OfKind>();
  return {
    add(change) {
      const known = kinds.get(change.kind);
      const { named, workspaces } = known ?? { named: new Set<string>(), workspaces: new Set<string>() };
      if (known === undefined) kinds.set(change.kind, { named, workspaces });
      workspaces.add(change.workspaceId);
      if (named.size <= mostNamed) named.add(encodeChange(change));
    },
    signals: () =>
      [...kinds].flatMap(([kind, { named, workspaces }]) =>
        named.size <= mostNamed
          ? [...named]
          : [...workspaces].map((workspaceId) => encodeChange({ workspaceId, kind, id: null })),
      ),
  };
}
