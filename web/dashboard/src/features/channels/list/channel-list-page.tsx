import { Page } from "../../../components/page.tsx";

export function ChannelListPage() {
  return <Page title="Channel list">{null}</Page>;
}
