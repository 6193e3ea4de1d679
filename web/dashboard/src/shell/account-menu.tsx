import { Avatar, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconBook2, IconLogout, IconSparkles, IconUser } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { sayFailed } from "../components/say.tsx";
import { useMe } from "../session/session.ts";
import { leave } from "../session/sign-out.ts";

/** Who is signed in, and what concerns them alone. */
export function AccountMenu() {
  const { name, email } = useMe();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton aria-label="Your account">
          <Avatar size={26} name={name} color="accent" variant="filled" alt="" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" c="var(--mantine-color-text)" fw={500} truncate>
            {name}
          </Text>
          <Text size="xs" truncate>
            {email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconUser size={14} />}
          renderRoot={(props) => <Link to="/profile" {...props} />}
        >
          Profile
        </Menu.Item>
        <Menu.Item
          leftSection={<IconSparkles size={14} />}
          renderRoot={(props) => <Link to="/welcome" {...props} />}
        >
          Tour
        </Menu.Item>
        <Menu.Item leftSection={<IconBook2 size={14} />} component="a" href="/docs" target="_blank">
          API reference
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={14} />}
          onClick={() => leave().catch((error: unknown) => sayFailed("You are still signed in", error))}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
