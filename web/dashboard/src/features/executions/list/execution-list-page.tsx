import { Page } from "../../../components/page.tsx";

export function ExecutionListPage() {
  return <Page title="Execution list">{null}</Page>;
}
