import { ActionIcon, Indicator, Popover, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useEffect } from "react";
import { useCountUnreadNotifications } from "../../api/generated/notifications/notifications";
import { countInWords, setUnreadInTitle } from "../../components/page-title.ts";
import classes from "./bell.module.css";
import { NotificationList } from "./notification-list.tsx";

/** How many notifications wait for a person, and behind a click which. */
export function Bell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const { data } = useCountUnreadNotifications();
  const unread = data?.count ?? 0;
  useEffect(() => setUnreadInTitle(unread), [unread]);
  useEffect(() => () => setUnreadInTitle(0), []);
  const label = unread === 0 ? "Notifications" : `Notifications, ${countInWords(unread)} unread`;
  return (
    <Popover
      opened={isOpen}
      onChange={(opened) => !opened && close()}
      position="bottom-end"
      width="min(400px, calc(100vw - 16px))"
      shadow="md"
      trapFocus
      returnFocus
      withinPortal
    >
      <Popover.Target>
        <Tooltip label={label} disabled={isOpen}>
          <Indicator
            label={countInWords(unread)}
            disabled={unread === 0}
            size={14}
            offset={5}
            color="red"
            classNames={{ indicator: classes.count ?? "" }}
          >
            <ActionIcon variant="subtle" color="gray" size={28} aria-label={label} onClick={toggle}>
              <IconBell size={17} stroke={1.75} aria-hidden />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} className={classes.dropdown} aria-label="Notifications">
        {isOpen && <NotificationList hasUnread={unread > 0} onLeave={close} />}
      </Popover.Dropdown>
    </Popover>
  );
}
