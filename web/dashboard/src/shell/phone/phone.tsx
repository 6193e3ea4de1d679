import { Badge, CloseButton, Text, Title, Tooltip } from "@mantine/core";
import { type KeyboardEvent, useEffect } from "react";
import { DialForm } from "./dial-form.tsx";
import { LineMenu } from "./line-menu.tsx";
import { phoneOpen } from "./open.ts";
import classes from "./phone.module.css";
import { phoneButtonId } from "./phone-button.tsx";
import { Talk } from "./talk.tsx";
import { useLines } from "./use-lines.ts";

function close(): void {
  phoneOpen.set(false);
  document.getElementById(phoneButtonId)?.focus();
}

function closeOnEscape(event: KeyboardEvent): void {
  // A menu of the Phone closes itself first.
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.stopPropagation();
  close();
}

/** Beside whatever page: a messenger in which one plays a contact. */
export function Phone() {
  const lines = useLines();
  const { current } = lines;
  useEffect(() => {
    current?.start();
    return () => current?.stop();
  }, [current]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape of whatever is inside comes up here.
    <div className={classes.phone} onKeyDown={closeOnEscape}>
      <header className={classes.head}>
        <Title order={2} fz="md">
          Phone
        </Title>
        <Tooltip
          label="What you write here counts as written by the contact: it is answered, stored, and costs what answers cost."
          multiline
          w={260}
        >
          <Badge size="sm" variant="light" color="yellow" tabIndex={0}>
            Test
          </Badge>
        </Tooltip>
        <CloseButton ml="auto" aria-label="Close the Phone" onClick={close} />
      </header>
      {current === undefined ? (
        <DialForm lines={lines} />
      ) : (
        <>
          <div className={classes.who}>
            <Text size="xs" c="dimmed" component="span">
              You play
            </Text>
            <LineMenu lines={lines} current={current} />
          </div>
          <Talk key={`${current.channelId} ${current.contactId}`} line={current} />
        </>
      )}
    </div>
  );
}
