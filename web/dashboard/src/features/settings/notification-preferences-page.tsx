import { Skeleton, Stack, Switch, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { NotificationPreferences } from "../../api/generated/model";
import {
  getListNotificationPreferencesQueryKey,
  updateNotificationPreferences,
  useListNotificationPreferences,
} from "../../api/generated/notifications/notifications";
import { ErrorState } from "../../components/error-state.tsx";
import { Page } from "../../components/page.tsx";
import { sayFailed } from "../../components/say.tsx";
import { useMe } from "../../session/session.ts";
import { Part } from "./section-parts.tsx";

/** Of what one is mailed. The bell shows everything to everybody. */
export function NotificationPreferencesPage() {
  const me = useMe();
  const { data, error, refetch } = useListNotificationPreferences();
  return (
    <Page title="Notifications" layout="flow">
      <Part
        title="E-mail"
        text={
          me.can("admin")
            ? "What the program mails you. The bell shows everything, whatever you choose here. Without a mail server nothing is mailed."
            : "Mails go to owners and admins only; your choice holds once you are one. The bell shows everything."
        }
      >
        {error !== null && data === undefined && <ErrorState error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && <Skeleton height={180} />}
        {data !== undefined && <Kinds preferences={data} />}
      </Part>
    </Page>
  );
}

function Kinds({ preferences }: { readonly preferences: NotificationPreferences }) {
  const queryClient = useQueryClient();
  const key = getListNotificationPreferencesQueryKey();

  async function choose(kind: string, email: boolean): Promise<void> {
    const items = preferences.items.map((item) => (item.kind === kind ? { ...item, email } : item));
    queryClient.setQueryData(key, { items });
    try {
      queryClient.setQueryData(key, await updateNotificationPreferences({ items: [{ kind, email }] }));
    } catch (error) {
      queryClient.setQueryData(key, preferences);
      sayFailed("Not changed", error);
    }
  }

  return (
    <Stack gap="md">
      {preferences.items.map(({ kind, title, description, email }) => (
        <Switch
          key={kind}
          label={title}
          description={description}
          checked={email}
          onChange={({ currentTarget }) => void choose(kind, currentTarget.checked)}
        />
      ))}
      {preferences.items.length === 0 && <Text size="sm">There is nothing that is mailed.</Text>}
    </Stack>
  );
}
