import { Badge, CloseButton, Text, Title, Tooltip } from "@mantine/core";
import { useEffect, useRef } from "react";
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
  if (event.key !== "Escape" || !(event.target instanceof Element)) return;
  // A list of choices closes itself; menus lie elsewhere in the document.
  if (event.target.getAttribute("aria-expanded") !== "true") close();
}

/** Beside whatever page: a messenger in which one plays a contact. */
export function Phone() {
  const lines = useLines();
  const { current } = lines;
  const phone = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = phone.current;
    element?.addEventListener("keydown", closeOnEscape);
    return () => element?.removeEventListener("keydown", closeOnEscape);
  }, []);
  const head = useRef<HTMLElement>(null);
  const isDialling = current === undefined;
  // Where one chats, the field takes it.
  useEffect(() => {
    if (isDialling) head.current?.focus();
  }, [isDialling]);
  useEffect(() => {
    current?.start();
    return () => current?.stop();
  }, [current]);
  return (
    <div ref={phone} className={classes.phone}>
      <header ref={head} className={classes.head} tabIndex={-1}>
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
