import { Page } from "../../components/page.tsx";

export function NotificationPreferencesPage() {
  return <Page title="Notification preferences">{null}</Page>;
}
