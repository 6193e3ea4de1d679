import { Page } from "../../../components/page.tsx";

export function ChannelPage() {
  return <Page title="Channel">{null}</Page>;
}
