import { Page } from "../../../components/page.tsx";

export function EditContactPage() {
  return <Page title="Edit contact">{null}</Page>;
}
