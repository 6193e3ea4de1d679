import type { AuditEntry } from "../../api/generated/model";

/** `task.auto_pause` as "Task: auto pause"; the exact word stands in the entry. */
export function describeAction(action: string): string {
  const [kind = "", ...verbs] = action.split(".");
  const subject = kind.replaceAll("_", " ").replaceAll(/([a-z])([A-Z])/g, "$1 $2");
  const words = verbs.join(" ").replaceAll("_", " ");
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1).toLowerCase()}: ${words}`;
}

/** Who it was: a member by name, an API key, or the program itself. */
export function actorName(actor: AuditEntry["actor"], names: ReadonlyMap<string, string>): string {
  if (actor.kind === "system") return "Errand";
  if (actor.kind === "api_key") return "An API key";
  return (actor.id === null ? undefined : names.get(actor.id)) ?? "A former member";
}
