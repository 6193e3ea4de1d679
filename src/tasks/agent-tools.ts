import { type AgentTool, type AgentToolScope, agentTools } from "../agents/index.ts";
import { type Contribution, contribute } from "../base/extensions.ts";
import { findContactsTool } from "./any-contact/find-contacts.ts";
import { sendToContactTool } from "./any-contact/send-message.ts";
import { anyContactOf } from "./any-contact/writing.ts";
import { followUpTool } from "./follow-up/tool.ts";

/** What agents can do beyond talking: come back later, and without a contact find and write to some if their task may. */
export function agentToolContributions(): readonly Contribution[] {
  return [contribute(agentTools, toolsOf)];
}

function toolsOf(scope: AgentToolScope): readonly AgentTool[] {
  const { mode, start } = scope;
  const anyContact = mode === "task" && start.contactId === null ? anyContactOf(start.data) : undefined;
  return [
    followUpTool(scope),
    ...(anyContact === undefined ? [] : [findContactsTool(scope), sendToContactTool(scope, anyContact)]),
  ];
}
