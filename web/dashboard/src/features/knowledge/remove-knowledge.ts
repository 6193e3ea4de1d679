import { deleteKnowledge } from "../../api/generated/knowledge/knowledge";
import type { Knowledge } from "../../api/generated/model";
import { removeObject } from "../../components/remove-object.ts";

/** `leave` goes away from its page. */
export function removeKnowledge(
  { id, title }: Pick<Knowledge, "id" | "title">,
  leave?: () => Promise<void>,
): Promise<void> {
  return removeObject({
    name: title,
    noun: "text",
    loss: "Agents no longer find it.",
    collections: ["/v1/knowledge", "/v1/agents"],
    remove: (isForced) => deleteKnowledge(id, isForced ? { force: "true" } : undefined),
    leave,
  });
}
