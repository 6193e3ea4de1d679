import { Page } from "../../../components/page.tsx";

export function NewContactPage() {
  return <Page title="New contact">{null}</Page>;
}
