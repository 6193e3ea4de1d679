import type { CountUnreadNotifications200, Notification } from "../../api/generated/model";
import {
  getCountUnreadNotificationsQueryKey,
  readAllNotifications,
  readNotification,
} from "../../api/generated/notifications/notifications";
import { askAgain, foreseeChange } from "../../api/kept-answers.ts";
import { queryClient } from "../../api/query-client.ts";
import { sayFailed } from "../../components/say.tsx";

const collection = "/v1/notifications";
const countKey = getCountUnreadNotificationsQueryKey();

/** Marks one for everybody; the screen shows it at once. */
export function markRead({ id }: Notification): Promise<void> {
  return mark({
    isMarked: (notification) => notification.id === id,
    count: (before) => Math.max(0, before - 1),
    send: () => readNotification(id),
  });
}

/** Marks all that nobody has read. */
export function markAllRead(): Promise<void> {
  return mark({ isMarked: () => true, count: () => 0, send: () => readAllNotifications() });
}

interface Marking {
  isMarked(notification: Notification): boolean;
  /** How many are unread then. */
  count(before: number): number;
  send(): Promise<unknown>;
}

async function mark({ isMarked, count, send }: Marking): Promise<void> {
  const readAt = new Date().toISOString();
  const foreseen = await foreseeChange<Notification>(collection, (notification) =>
    notification.readAt === null && isMarked(notification) ? { ...notification, readAt } : notification,
  );
  await queryClient.cancelQueries({ queryKey: countKey });
  const before = queryClient.getQueryData<CountUnreadNotifications200>(countKey);
  if (before !== undefined) queryClient.setQueryData(countKey, { count: count(before.count) });
  try {
    await send();
  } catch (error) {
    foreseen.takeBack();
    queryClient.setQueryData(countKey, before);
    sayFailed("Not marked as read", error);
  }
  askAgain(collection);
}
