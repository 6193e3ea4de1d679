import { Page } from "../../../components/page.tsx";

export function NewChannelPage() {
  return <Page title="New channel">{null}</Page>;
}
