import { Page } from "../../../components/page.tsx";

export function AgentListPage() {
  return <Page title="Agent list">{null}</Page>;
}
