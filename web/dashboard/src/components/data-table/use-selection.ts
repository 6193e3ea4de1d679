import { useCallback, useMemo, useState } from "react";

export interface Selection {
  /** Ids of the selected rows that are loaded. */
  readonly selected: readonly string[];
  readonly isAll: boolean;
  has(id: string): boolean;
  toggle(id: string): void;
  toggleAll(): void;
  clear(): void;
}

/** Which rows are selected. A row that is gone from the list is no longer among them. */
export function useSelection(ids: readonly string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const selected = useMemo(() => ids.filter((id) => chosen.has(id)), [ids, chosen]);
  const isAll = ids.length > 0 && selected.length === ids.length;
  const toggle = useCallback((id: string) => {
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  const clear = useCallback(() => setChosen(new Set()), []);
  return {
    selected,
    isAll,
    has: (id) => chosen.has(id),
    toggle,
    toggleAll: () => setChosen(isAll ? new Set() : new Set(ids)),
    clear,
  };
}
