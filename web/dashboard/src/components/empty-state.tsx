import { Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface EmptyStateProps {
  readonly icon: Icon;
  readonly title: string;
  /** What this is for, in one or two sentences. */
  readonly children: ReactNode;
  /** One button that starts, perhaps a second that shows an example. */
  readonly actions?: ReactNode;
}

/** Where a list would be: what it is for and how it begins. */
export function EmptyState({ icon: IconComponent, title, children, actions }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" maw={420} ta="center">
      <ThemeIcon variant="light" color="gray" size={40} radius="xl">
        <IconComponent size={20} stroke={1.5} />
      </ThemeIcon>
      <Title order={2}>{title}</Title>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
      {actions !== undefined && (
        <Group gap="xs" mt="xs" justify="center">
          {actions}
        </Group>
      )}
    </Stack>
  );
}
