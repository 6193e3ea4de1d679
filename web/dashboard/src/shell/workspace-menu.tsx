import { Button, Menu, Text } from "@mantine/core";
import { IconCheck, IconSelector } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { chooseWorkspace } from "../api/workspace-choice.ts";
import { useMe } from "../session/session.ts";

/** The workspace's name; a menu where the person is in several. */
export function WorkspaceMenu() {
  const { membership, memberships } = useMe();
  const queryClient = useQueryClient();
  const router = useRouter();
  if (memberships.length === 1)
    return (
      <Text size="sm" fw={600} truncate maw={{ base: 140, sm: 320 }} px={8}>
        {membership.workspaceName}
      </Text>
    );

  async function change(workspaceId: string): Promise<void> {
    if (workspaceId === membership.workspaceId) return;
    chooseWorkspace(workspaceId);
    // Nothing of the one may be seen in the other; an object's page would not be there.
    await router.navigate({ to: "/tasks" });
    queryClient.clear();
    await router.invalidate();
  }

  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          px={8}
          rightSection={<IconSelector size={14} aria-hidden />}
        >
          <Text size="sm" fw={600} truncate maw={{ base: 120, sm: 320 }}>
            {membership.workspaceName}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {memberships.map(({ workspaceId, workspaceName, role }) => (
          <Menu.Item
            key={workspaceId}
            rightSection={
              workspaceId === membership.workspaceId && <IconCheck size={14} aria-label="Current" />
            }
            onClick={() => void change(workspaceId)}
          >
            {workspaceName}
            <Text size="xs" c="dimmed">
              {role}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
