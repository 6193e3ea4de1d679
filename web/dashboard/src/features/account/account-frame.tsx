import { Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import classes from "./account-frame.module.css";

interface AccountFrameProps {
  /** Also the browser tab's. */
  readonly title: string;
  /** What this page is for, in a sentence. */
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
  /** Under the card: other ways. */
  readonly foot?: ReactNode;
}

/** The frame of the pages that one sees without being signed in: the name, one card, other ways below it. */
export function AccountFrame({ title, lead, children, foot }: AccountFrameProps) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${title} · Errand`;
    // The field to begin with; where there is none, what the page says.
    (
      main.current?.querySelector<HTMLElement>("[data-autofocus]") ?? main.current?.querySelector("h1")
    )?.focus();
  }, [title]);
  return (
    <main ref={main} className={classes.ground}>
      <div className={classes.column}>
        <div className={classes.brand}>
          <img src="/pages/icon.svg" alt="" width={24} height={24} />
          Errand
        </div>
        <div className={classes.card}>
          <Stack gap={4} mb={children === undefined ? 0 : "lg"}>
            <Title order={1} tabIndex={-1} className={classes.title}>
              {title}
            </Title>
            {lead !== undefined && (
              <Text size="sm" c="dimmed">
                {lead}
              </Text>
            )}
          </Stack>
          {children}
        </div>
        {foot !== undefined && <div className={classes.foot}>{foot}</div>}
      </div>
    </main>
  );
}
