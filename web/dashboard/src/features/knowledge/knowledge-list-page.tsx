import { Page } from "../../components/page.tsx";

export function KnowledgeListPage() {
  return <Page title="Knowledge list">{null}</Page>;
}
