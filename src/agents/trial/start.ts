import { invalidFields } from "../../base/errors.ts";
import { type ContactForAgent, loadContactForAgent } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core } from "../../engine/index.ts";
import { getWorkspace } from "../../workspaces/index.ts";
import type { AgentSnapshot } from "../agent-snapshot.ts";
import { listReferenceFaults, type NewAgent } from "../agents.ts";
import type { AgentRun, RunLimits } from "../loop/agent-run.ts";
import { buildReplyPrompt, buildTaskPrompt } from "../prompt.ts";
import { mergeLimits } from "../rules.ts";

/** An agent as it would be created; it need not have a name. */
type DraftAgent = Omit<NewAgent, "name"> & { readonly name?: string | undefined };

/** What an agent is tried with. */
export interface AgentTrial {
  readonly agent: DraftAgent;
  /** Null: a stranger. */
  readonly contactId: string | null;
  /** The conversation, oldest first; without a task the last message is the contact's. */
  readonly messages: readonly { readonly role: "contact" | "agent"; readonly text: string }[];
  /** Present: it carries out this task, and the conversation is what was said before. */
  readonly task: { readonly name: string; readonly description: string } | null;
}

/** A test is waited for by a person, so it may do less than an execution. */
export const mostModelCalls = 20;
export const mostSeconds = 60;
/** Where the draft has no bound of its own; as for replies. */
const usualToolCalls = 100;

const nobody = "00000000-0000-0000-0000-000000000000";

/** Under this id the costs of all tests are recorded: a draft has none of its own. */
const draftId = nobody;

const stranger: ContactForAgent = {
  id: nobody,
  name: null,
  email: null,
  phone: null,
  externalId: null,
  timezone: null,
  language: null,
  attributes: {},
  tags: [],
  optedOut: false,
  memory: [],
};

type TrialStart = Exclude<Awaited<ReturnType<AgentRun<null>["start"]>>, { readonly end: unknown }>;

/** What the trial runs on. Throws 422 with everything that it refers to and the workspace does not have. */
export async function loadTrialStart(core: Core, tx: TenantTx, trial: AgentTrial): Promise<TrialStart> {
  const { contactId, messages, task } = trial;
  const [faults, contact, workspace] = await Promise.all([
    listReferenceFaults(tx, trial.agent),
    contactId === null ? stranger : loadContactForAgent(tx, contactId),
    getWorkspace(tx),
  ]);
  const inAgent = faults.map((fault) => ({ ...fault, path: `agent.${fault.path}` }));
  if (contact === undefined) {
    const message = "must be the id of a contact of this workspace";
    throw invalidFields(...inAgent, { path: "contactId", code: "not_found", message });
  }
  if (inAgent.length > 0) throw invalidFields(...inAgent);
  const agent = snapshotDraft(trial.agent);
  const limits: RunLimits = {
    maxIterations: Math.min(agent.limits.maxIterations ?? mostModelCalls, mostModelCalls),
    maxToolCalls: agent.limits.maxToolCalls ?? usualToolCalls,
    maxCostUsd: agent.limits.maxCostUsd ?? null,
  };
  const now = core.clock.now();
  const timezone = contact.timezone ?? workspace.timezone;
  const asked = {
    agent,
    contact,
    recentMessages: messages.map(({ role, text }) => ({ author: role, text, at: now })),
    now,
    timezone,
    limits: { ...limits, maxTimeSeconds: mostSeconds },
  };
  return {
    agent,
    prompt:
      task === null
        ? buildReplyPrompt({ ...asked, task: null })
        : buildTaskPrompt({ ...asked, task, previousSummary: null }),
    limits,
    timezone,
    contactId: contact.id,
    data: null,
  };
}

/** Without budgets of its own: nothing was ever spent of them. Those of the workspace hold. */
function snapshotDraft(draft: DraftAgent): AgentSnapshot {
  return {
    id: draftId,
    name: draft.name ?? "Agent",
    instructions: draft.instructions,
    modelProviderId: draft.modelProviderId,
    model: draft.model,
    temperature: draft.temperature ?? null,
    maxOutputTokens: draft.maxOutputTokens ?? null,
    language: draft.language ?? null,
    guidance: draft.guidance ?? "",
    toolIds: draft.toolIds ?? [],
    knowledgeIds: draft.knowledgeIds ?? [],
    limits: mergeLimits({}, draft.limits ?? {}),
    dailyCostUsd: null,
    monthlyCostUsd: null,
  };
}
