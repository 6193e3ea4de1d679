import { Page } from "../../../components/page.tsx";

export function ImportContactsPage() {
  return <Page title="Import contacts">{null}</Page>;
}
