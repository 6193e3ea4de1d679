import { Page } from "../../components/page.tsx";

export function ToolPage() {
  return <Page title="Tool">{null}</Page>;
}
