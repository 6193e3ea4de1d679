import { Page } from "../../components/page.tsx";

export function ApiKeysPage() {
  return <Page title="Api keys">{null}</Page>;
}
