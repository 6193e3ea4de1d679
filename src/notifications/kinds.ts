import { extensionPoint } from "../base/extensions.ts";

/** One sort of notification that the program sends; modules contribute theirs, so that members can choose among all. */
export interface NotificationKind {
  /** Stored in rows; never changes. For instance `task.auto_paused`. */
  readonly kind: string;
  /** What members see where they choose, a few words. */
  readonly title: string;
  /** When it is sent, in a sentence. */
  readonly description: string;
}

/** Each kind that a module passes to `notify`. */
export const notificationKinds = extensionPoint<NotificationKind>("notifications.kinds");
