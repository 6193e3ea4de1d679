import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./editor.module.css";

interface SectionProps {
  readonly title: string;
  readonly help: ReactNode;
  readonly children: ReactNode;
}

/** One matter beside the form. */
export function Section({ title, help, children }: SectionProps) {
  return (
    <section className={classes.section} aria-label={title}>
      <Title order={2} size="h3">
        {title}
      </Title>
      <Text size="xs" c="dimmed" mb="sm" mt={4}>
        {help}
      </Text>
      {children}
    </section>
  );
}
