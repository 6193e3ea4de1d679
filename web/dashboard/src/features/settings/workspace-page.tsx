import { Page } from "../../components/page.tsx";

export function WorkspacePage() {
  return <Page title="Workspace">{null}</Page>;
}
