/** How many touches of a contact are shown. */
export const touchesAtMost = 50;

export const touchKinds = ["task", "audience_task", "relative", "held_message"] as const;

/** Something that will reach a contact. Ids are UUIDs, null where they do not apply. */
export interface Touch {
  readonly at: Date;
  readonly kind: (typeof touchKinds)[number];
  readonly taskId: string | null;
  readonly taskName: string | null;
  readonly messageId: string | null;
  readonly conversationId: string | null;
}

/** The soonest of what was found, and whether there was more. */
export function planTouches(found: readonly Touch[]): {
  readonly items: readonly Touch[];
  readonly truncated: boolean;
} {
  const items = found.toSorted((one, other) => one.at.getTime() - other.at.getTime());
  return { items: items.slice(0, touchesAtMost), truncated: items.length > touchesAtMost };
}
