import type { LinkProps } from "@tanstack/react-router";
import type { Notification } from "../../api/generated/model";
import { linkOfId } from "../../components/object-link.ts";

/** Where what a notification is about can be seen and mended; undefined: nowhere any more. */
export function linkOfNotification({
  kind,
  target,
}: Pick<Notification, "kind" | "target">): LinkProps | undefined {
  // A budget is the workspace's or an agent's; the page of budgets shows both, with what was spent.
  if (kind.startsWith("budget.")) return { to: "/settings/budgets" };
  return target === null ? undefined : linkOfId(target.id);
}
