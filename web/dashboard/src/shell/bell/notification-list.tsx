import { Button, ScrollArea, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconBellCheck } from "@tabler/icons-react";
import { cursorQuery } from "../../api/cursor-query.ts";
import type { Notification } from "../../api/generated/model";
import { useListNotificationsInfinite } from "../../api/generated/notifications/notifications";
import { useCursorList } from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { useMe } from "../../session/session.ts";
import classes from "./bell.module.css";
import { markAllRead } from "./mark-read.ts";
import { NotificationRow } from "./notification-row.tsx";

const pageSize = 30;

interface NotificationListProps {
  readonly hasUnread: boolean;
  /** A link was followed. */
  onLeave(): void;
}

/** The newest notifications, older ones behind a button. */
export function NotificationList({ hasUnread, onLeave }: NotificationListProps) {
  const me = useMe();
  const rows = useCursorList<Notification>(
    useListNotificationsInfinite({ limit: pageSize }, { query: cursorQuery }),
  );
  return (
    <>
      <div className={classes.head}>
        <Title order={2} fz="md">
          Notifications
        </Title>
        {me.can("write") && hasUnread && (
          <Button variant="subtle" size="compact-xs" onClick={() => void markAllRead()}>
            Mark all as read
          </Button>
        )}
      </div>
      <ScrollArea.Autosize mah="min(520px, 70dvh)" type="auto">
        {rows.isLoading && (
          <Stack gap="xs" p="sm" aria-hidden>
            {["a", "b", "c"].map((key) => (
              <Skeleton key={key} height={52} />
            ))}
          </Stack>
        )}
        {rows.error !== null && <ErrorState error={rows.error} onRetry={rows.retry} />}
        {!rows.isLoading && rows.error === null && rows.items.length === 0 && (
          <Stack align="center" p="xl">
            <EmptyState icon={IconBellCheck} title="Nothing needs you">
              A task that paused itself, a used-up budget or a contact who waits for a person stands here.
            </EmptyState>
          </Stack>
        )}
        {rows.items.length > 0 && (
          <ul className={classes.list}>
            {rows.items.map((notification) => (
              <NotificationRow key={notification.id} notification={notification} onLeave={onLeave} />
            ))}
          </ul>
        )}
        {rows.hasMore && (
          <Button
            variant="subtle"
            fullWidth
            radius={0}
            loading={rows.isLoadingMore}
            onClick={() => rows.loadMore()}
          >
            Show older
          </Button>
        )}
      </ScrollArea.Autosize>
      {hasUnread && (
        <Text size="xs" c="dimmed" className={classes.foot}>
          What one member has read is read for all.
        </Text>
      )}
    </>
  );
}
