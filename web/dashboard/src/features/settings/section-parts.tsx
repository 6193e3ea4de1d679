import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./section-parts.module.css";

interface PartProps {
  readonly title: string;
  readonly text: ReactNode;
  readonly children: ReactNode;
}

/** One subject of a settings page: what it is to the left, its fields to the right. */
export function Part({ title, text, children }: PartProps) {
  return (
    <section className={classes.part}>
      <Stack gap={2}>
        <Title order={2}>{title}</Title>
        <Text size="sm" c="dimmed">
          {text}
        </Text>
      </Stack>
      <div className={classes.fields}>{children}</div>
    </section>
  );
}
