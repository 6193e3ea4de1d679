/** What the live stream says changed; `ids` null: anything of the topic. */
export interface Change {
  readonly topic: string;
  readonly kind: string;
  readonly ids: readonly string[] | null;
}

/** Everything the dashboard shows. One stream for the whole browser, so that ten tabs cost the server what one does. */
export const liveTopics = [
  "tasks",
  "executions",
  "conversations",
  "contacts",
  "agents",
  "channels",
  "notifications",
  "workspace",
] as const;

/** Topic → the addresses whose answers it may change. A list is under its collection's address. */
const addressesOf: Readonly<Record<string, readonly string[]>> = {
  tasks: ["/v1/tasks"],
  executions: ["/v1/executions", "/v1/usage"],
  conversations: ["/v1/conversations"],
  contacts: ["/v1/contacts"],
  agents: ["/v1/agents"],
  channels: ["/v1/channels"],
  notifications: ["/v1/notifications"],
  workspace: [
    "/v1/workspace",
    "/v1/members",
    "/v1/invitations",
    "/v1/api-keys",
    "/v1/model-providers",
    "/v1/tools",
    "/v1/knowledge",
    "/v1/demo",
    "/v1/auth/session",
  ],
};

/** Answers that are about one object but change with others: a task's page lists its executions. */
const mixed = /\/(executions|upcoming|calendar)$/;

const idPattern = /\/([a-z]+_[0-9a-z]{26})(?=\/|$)/;

/**
 * Whether the answer from `address` (a path, as the generated query keys begin) may differ after the changes. An
 * address with an id is touched by that object only; a list by every one of its kind.
 */
export function isTouched(address: string, changes: readonly Change[]): boolean {
  return changes.some(({ topic, ids }) => {
    if (mixed.test(address) && (topic === "tasks" || topic === "executions" || topic === "conversations"))
      return true;
    const prefixes = addressesOf[topic] ?? [];
    if (!prefixes.some((prefix) => address === prefix || address.startsWith(`${prefix}/`))) return false;
    const id = idPattern.exec(address)?.[1];
    return id === undefined || ids === null || ids.includes(id);
  });
}

/** The address of a generated query key: its first text that is a path. */
export function addressOf(queryKey: readonly unknown[]): string | undefined {
  return queryKey.find((part): part is string => typeof part === "string" && part.startsWith("/"));
}
