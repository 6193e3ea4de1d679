import { Button, Divider, Stack, Text, Title } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Page } from "../../components/page.tsx";
import { sayFailed } from "../../components/say.tsx";
import { useMe } from "../../session/session.ts";
import { leave } from "../../session/sign-out.ts";
import { ChangePasswordForm } from "./change-password-form.tsx";
import { ProfileForm } from "./profile-form.tsx";
import classes from "./profile-page.module.css";
import { ThemeChoice } from "./theme-choice.tsx";

/** What concerns oneself alone, in all workspaces. */
export function ProfilePage() {
  const { email } = useMe();
  return (
    <Page title="Profile" layout="flow">
      <div className={classes.sections}>
        <Section title="You" text={`You sign in as ${email}.`}>
          <ProfileForm />
        </Section>
        <Divider />
        <Section title="Theme" text="Holds in every browser that you sign in with.">
          <ThemeChoice />
        </Section>
        <Divider />
        <Section title="Password" text="A new one ends your sessions on all other devices.">
          <ChangePasswordForm />
        </Section>
        <Divider />
        <Section title="This browser" text="Sign out when others use it too.">
          <Button
            variant="default"
            size="sm"
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => leave().catch((error: unknown) => sayFailed("You are still signed in", error))}
          >
            Sign out
          </Button>
        </Section>
      </div>
    </Page>
  );
}

interface SectionProps {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}

function Section({ title, text, children }: SectionProps) {
  return (
    <section className={classes.section}>
      <Stack gap={2}>
        <Title order={2}>{title}</Title>
        <Text size="sm" c="dimmed">
          {text}
        </Text>
      </Stack>
      <div>{children}</div>
    </section>
  );
}
