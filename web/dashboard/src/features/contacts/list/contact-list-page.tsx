import { Page } from "../../../components/page.tsx";

export function ContactListPage() {
  return <Page title="Contact list">{null}</Page>;
}
