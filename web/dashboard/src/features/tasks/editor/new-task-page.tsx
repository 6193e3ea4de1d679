import { Page } from "../../../components/page.tsx";

export function NewTaskPage() {
  return <Page title="New task">{null}</Page>;
}
