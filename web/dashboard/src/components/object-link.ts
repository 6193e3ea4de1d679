import type { LinkProps } from "@tanstack/react-router";

/** By the prefix of its id: the page of an object. */
const pages: Readonly<Record<string, (id: string) => LinkProps>> = {
  task: (taskId) => ({ to: "/tasks/$taskId", params: { taskId } }),
  exec: (executionId) => ({ to: "/executions/$executionId", params: { executionId } }),
  conv: (conversationId) => ({ to: "/conversations/$conversationId", params: { conversationId } }),
  contact: (contactId) => ({ to: "/contacts/$contactId", params: { contactId } }),
  agent: (agentId) => ({ to: "/agents/$agentId", params: { agentId } }),
  chan: (channelId) => ({ to: "/channels/$channelId", params: { channelId } }),
  tool: (toolId) => ({ to: "/settings/tools/$toolId", params: { toolId } }),
  know: (knowledgeId) => ({ to: "/settings/knowledge/$knowledgeId", params: { knowledgeId } }),
  prov: () => ({ to: "/settings/model-providers" }),
  mem: () => ({ to: "/settings/members" }),
  inv: () => ({ to: "/settings/members" }),
  key: () => ({ to: "/settings/api-keys" }),
  ws: () => ({ to: "/settings/workspace" }),
};

const idPattern = /^([a-z]+)_[0-7][0-9a-z]{25}$/;

/** The page on which an object is shown, by its id alone; undefined if this is no id, or of a kind without a page. */
export function linkOfId(id: string): LinkProps | undefined {
  const prefix = idPattern.exec(id)?.[1];
  return prefix !== undefined && Object.hasOwn(pages, prefix) ? pages[prefix]?.(id) : undefined;
}
