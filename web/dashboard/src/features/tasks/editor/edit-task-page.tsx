import { Page } from "../../../components/page.tsx";

export function EditTaskPage() {
  return <Page title="Edit task">{null}</Page>;
}
