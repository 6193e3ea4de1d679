import type { Execution } from "../../../api/generated/model";
import { useName } from "../../../components/names.ts";

/** What an execution is, in a few words: its task's name, or whom it answers. */
export function useTitle({
  kind,
  taskId,
  contactId,
}: Pick<Execution, "kind" | "taskId" | "contactId">): string {
  const task = useName("task", taskId);
  const contact = useName("contact", contactId);
  if (kind === "reply") return contactId === null ? "Reply" : `Reply to ${contact ?? "a deleted contact"}`;
  if (taskId === null) return "Run";
  return task === undefined ? "Run" : (task ?? "Run of a deleted task");
}
