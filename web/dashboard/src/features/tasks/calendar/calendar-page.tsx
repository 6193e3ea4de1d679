import { Page } from "../../../components/page.tsx";

export function CalendarPage() {
  return <Page title="Calendar">{null}</Page>;
}
