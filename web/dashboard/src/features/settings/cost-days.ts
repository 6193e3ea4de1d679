interface DayCost {
  /** `2026-11-20` */
  readonly day: string;
  readonly costUsd: number;
  readonly calls: number;
}

interface Item {
  readonly day: string | null;
  readonly costUsd: string;
  readonly calls: number;
}

const dayMs = 86_400_000;

/** Every day from the first to the last, those without calls included, oldest first. */
export function fillDays(items: readonly Item[], from: string, to: string): readonly DayCost[] {
  const byDay = new Map(items.map((item) => [item.day, item]));
  const days: DayCost[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) {
    const day = new Date(at).toISOString().slice(0, 10);
    const item = byDay.get(day);
    days.push({ day, costUsd: Number(item?.costUsd ?? 0), calls: item?.calls ?? 0 });
  }
  return days;
}

/** `2026-11-20` as "20 Nov". */
export function shortDay(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
}
