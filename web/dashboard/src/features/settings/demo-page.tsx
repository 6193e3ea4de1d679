import { Page } from "../../components/page.tsx";

export function DemoPage() {
  return <Page title="Demo">{null}</Page>;
}
