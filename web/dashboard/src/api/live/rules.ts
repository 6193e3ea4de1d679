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

/** Kind of object → the addresses whose answers it may change. A list is under its collection's address. */
const addressesOf: Readonly<Record<string, readonly string[]>> = {
  task: ["/v1/tasks", "/v1/demo"],
  execution: ["/v1/executions", "/v1/usage"],
  conversation: ["/v1/conversations", "/v1/demo"],
  contact: ["/v1/contacts", "/v1/demo"],
  agent: ["/v1/agents", "/v1/usage", "/v1/demo"],
  channel: ["/v1/channels", "/v1/demo"],
  notification: ["/v1/notifications"],
  workspace: ["/v1/workspace", "/v1/usage", "/v1/demo", "/v1/auth/session"],
  member: ["/v1/members", "/v1/auth/session"],
  invitation: ["/v1/invitations"],
  apiKey: ["/v1/api-keys"],
  modelProvider: ["/v1/model-providers"],
  tool: ["/v1/tools"],
  knowledge: ["/v1/knowledge"],
};

/** What members do stands there; what agents do all day does not. */
const auditLog = "/v1/audit-log";
const unaudited: ReadonlySet<string> = new Set(["execution", "conversation", "notification"]);

/** Answers about one object that change with others: what will reach a contact is up to its tasks. */
const mixed: Readonly<Record<string, RegExp>> = {
  task: /^\/v1\/contacts\/[^/]+\/upcoming$/,
  execution: /^\/v1\/tasks\/[^/]+\/executions$/,
};

const idPattern = /\/([a-z]+_[0-9a-z]{26})(?=\/|$)/;

/**
 * Whether the answer from `address` (a path, as the generated query keys begin) may differ after the changes. An
 * address with an id is touched by that object only; a list by every one of its kind.
 */
export function isTouched(address: string, changes: readonly Change[]): boolean {
  return changes.some(({ kind, ids }) => {
    if (mixed[kind]?.test(address)) return true;
    if (address === auditLog) return !unaudited.has(kind);
    const prefixes = addressesOf[kind] ?? [];
    if (!prefixes.some((prefix) => address === prefix || address.startsWith(`${prefix}/`))) return false;
    const id = idPattern.exec(address)?.[1];
    return id === undefined || ids === null || ids.includes(id);
  });
}

/** The address of a generated query key: its first text that is a path. */
export function addressOf(queryKey: readonly unknown[]): string | undefined {
  return queryKey.find((part): part is string => typeof part === "string" && part.startsWith("/"));
}

const shortPages = 3;
const restPerPageMs = 500;

/**
 * How long an answer is left alone once it is there, in milliseconds. A list that was scrolled through is asked for page
 * by page: with many pages that is most of what a member may ask in a minute, if it is done at every change.
 */
export function restOf(data: unknown): number {
  const pages = countPages(data);
  return pages <= shortPages ? 0 : pages * restPerPageMs;
}

function countPages(data: unknown): number {
  if (typeof data !== "object" || data === null || !("pages" in data)) return 1;
  return Array.isArray(data.pages) ? data.pages.length : 1;
}
