import { Button, Center } from "@mantine/core";
import { IconCompass } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "./empty-state.tsx";

/** For an address that no page has. */
export function NotFoundPage() {
  return (
    <Center h="100%" mih={320} p="md">
      <EmptyState
        icon={IconCompass}
        title="There is no such page"
        actions={
          <Button component={Link} to="/tasks">
            Go to the tasks
          </Button>
        }
      >
        The address may be mistyped, or what it showed has been removed.
      </EmptyState>
    </Center>
  );
}
