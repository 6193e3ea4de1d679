import type { Tool } from "../../api/generated/model";
import { deleteTool } from "../../api/generated/tools/tools";
import { removeObject } from "../../components/remove-object.ts";

/** `leave` goes away from its page. */
export function removeTool(
  { id, name }: Pick<Tool, "id" | "name">,
  leave?: () => Promise<void>,
): Promise<void> {
  return removeObject({
    name,
    noun: "tool",
    loss: "Agents can no longer call it, and its secret is gone.",
    collections: ["/v1/tools", "/v1/agents"],
    remove: (isForced) => deleteTool(id, isForced ? { force: "true" } : undefined),
    leave,
  });
}
