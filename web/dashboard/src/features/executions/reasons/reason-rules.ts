import type { LinkProps } from "@tanstack/react-router";
import type { Execution } from "../../../api/generated/model";
import type { Scope } from "../../../session/rules.ts";

type Subject = Pick<Execution, "kind" | "taskId" | "agentId" | "contactId" | "conversationIds"> & {
  /** The workspace is, now. */
  readonly isFrozen: boolean;
};

/** What a person can do about a reason: go somewhere, do it again, or let messages out. */
export type Mend = {
  readonly label: string;
  /** Of a smaller one it would be refused. */
  readonly scope: Scope;
} & ({ readonly kind: "link"; readonly link: LinkProps } | { readonly kind: "replay" | "unfreeze" });

type Finder = (subject: Subject) => Mend | undefined;

function linkTo(label: string, link: LinkProps, scope: Scope = "read"): Mend {
  return { kind: "link", label, link, scope };
}

const page =
  (label: string, link: LinkProps, scope?: Scope): Finder =>
  () =>
    linkTo(label, link, scope);

const editTask =
  (label: string): Finder =>
  ({ taskId }) =>
    taskId === null ? undefined : linkTo(label, { to: "/tasks/$taskId/edit", params: { taskId } }, "write");

const openTask =
  (label: string, scope?: Scope): Finder =>
  ({ taskId }) =>
    taskId === null ? undefined : linkTo(label, { to: "/tasks/$taskId", params: { taskId } }, scope);

const openAgent =
  (label: string, scope?: Scope): Finder =>
  ({ agentId }) =>
    agentId === null
      ? linkTo("Open agents", { to: "/agents" })
      : linkTo(label, { to: "/agents/$agentId", params: { agentId } }, scope);

const openContact: Finder = ({ contactId }) =>
  contactId === null
    ? undefined
    : linkTo("Open contact", { to: "/contacts/$contactId", params: { contactId } });

const openConversation: Finder = ({ conversationIds }) => {
  const conversationId = conversationIds.at(-1);
  return conversationId === undefined
    ? undefined
    : linkTo("Open conversation", { to: "/conversations/$conversationId", params: { conversationId } });
};

/** A task's limits are its own; a reply has those of its agent. */
const raiseLimit: Finder = (subject) =>
  subject.taskId === null
    ? openAgent("Raise the agent’s limit", "write")(subject)
    : editTask("Raise the task’s limit")(subject);

const again: Finder = ({ kind }) =>
  kind === "task" ? { kind: "replay", label: "Run again", scope: "write" } : undefined;

/** Afterwards held messages go out by themselves, and runs that were refused can run again. */
const unfreeze: Finder = ({ isFrozen }) =>
  isFrozen ? { kind: "unfreeze", label: "Unfreeze", scope: "admin" } : undefined;

const providers = (label: string, scope?: Scope) => page(label, { to: "/settings/model-providers" }, scope);

/** Reason code → what to do about it, the best first; undefined where a person can do nothing about it. */
const mends: Readonly<Record<string, readonly Finder[]>> = {
  // Money and limits
  budget: [page("Raise the budget", { to: "/settings/budgets" }, "admin")],
  max_cost: [raiseLimit],
  max_iterations: [raiseLimit],
  max_time: [raiseLimit],
  max_tool_calls: [raiseLimit],
  // Models
  model_aborted: [again],
  model_bad_answer: [providers("Test the provider", "admin")],
  model_content_filter: [openAgent("Open agent")],
  model_empty_answer: [openAgent("Open agent")],
  model_network: [providers("Test the provider", "admin")],
  model_provider_unavailable: [providers("Test the provider", "admin")],
  model_rate_limited: [providers("Open providers")],
  model_refused: [providers("Open providers")],
  model_timeout: [providers("Test the provider", "admin")],
  model_unauthorized: [providers("Check the API key", "admin")],
  // Agents
  agent_deleted: [editTask("Choose another agent"), openAgent("Open agents")],
  agent_disabled: [openAgent("Enable the agent", "write")],
  agent_required: [editTask("Choose an agent"), openAgent("Open agents")],
  answer_cut_off: [openAgent("Open agent")],
  answer_too_long: [openAgent("Open agent")],
  invalid_tool_calls: [openAgent("Open agent")],
  no_agent: [openConversation],
  no_progress: [openAgent("Open agent")],
  session_of_another_agent: [openConversation],
  too_many_messages: [editTask("Edit the task"), openAgent("Open agent")],
  // Where it was to write
  channel_deleted: [editTask("Choose another channel"), page("Open channels", { to: "/channels" })],
  channel_disabled: [page("Connect the channel", { to: "/channels" }, "write")],
  channel_required: [editTask("Choose a channel")],
  may_not_write_first: [editTask("Choose another channel"), page("Open channels", { to: "/channels" })],
  workspace_frozen: [unfreeze],
  // Whom
  contact_deleted: [editTask("Choose another contact")],
  contact_opted_out: [openContact],
  // The conversation
  answer_refused: [openConversation],
  answer_window_over: [openConversation],
  blocked: [openConversation],
  conversation_closed: [openConversation],
  earlier_message_held: [openConversation],
  hold_expired: [openConversation],
  human_in_control: [openConversation],
  message_held: [unfreeze, openConversation],
  no_session: [openConversation],
  reply_failed: [openConversation],
  waits_for_person: [openConversation],
  // The task's schedule and policies
  after_previous: [openTask("Open the task’s executions")],
  attribute_invalid: [openContact, editTask("Edit the schedule")],
  audience_failed: [editTask("Edit the audience")],
  audience_empty: [editTask("Edit the audience")],
  audience_limit: [editTask("Raise the number of contacts")],
  contact_replied: [openTask("Open task")],
  expired: [editTask("Give it a later end")],
  goal_reached: [openTask("Open task")],
  max_runs: [editTask("Edit the schedule")],
  missed: [editTask("Change what happens to missed runs")],
  not_in_audience: [editTask("Edit the audience")],
  overlap: [editTask("Change the overlap policy")],
  paused: [openTask("Resume the task", "write")],
  rescheduled: [openTask("Open task")],
  schedule_failed: [editTask("Set the schedule again")],
  schedule_finished: [editTask("Edit the schedule")],
  superseded: [openTask("Open the task’s executions")],
  task_ended: [openTask("Open task")],
  // The machinery
  canceled: [again],
  crash_loop: [again],
  internal_error: [again],
  journal_mismatch: [again],
  unknown_kind: [],
  // What a delivery said; the message has its own state beside it.
  delivery_failed: [openConversation],
  // A claim that the journal does not bear out needs reading, not mending.
  outcome_overruled: [],
};

/** Whether this code has a place of its own in the table. */
export function isKnownReason(code: string): boolean {
  return Object.hasOwn(mends, code);
}

/**
 * The button that mends a reason, if the member's role allows one. A code that this version does not know leads to where
 * the work is set up.
 */
export function findMend(code: string, subject: Subject, may: (scope: Scope) => boolean): Mend | undefined {
  const finders = isKnownReason(code)
    ? (mends[code] ?? [])
    : code.startsWith("model_")
      ? [providers("Open providers")]
      : [openTask("Open task"), openConversation];
  for (const find of finders) {
    const mend = find(subject);
    if (mend !== undefined && may(mend.scope)) return mend;
  }
  return undefined;
}

/** Whether the button that mends the reason runs it again: then one is enough. */
export function isMendedByReplay(
  execution: Omit<Subject, "isFrozen"> & Pick<Execution, "reason">,
  may: (scope: Scope) => boolean,
): boolean {
  const { reason } = execution;
  return reason !== null && findMend(reason.code, { ...execution, isFrozen: false }, may)?.kind === "replay";
}

/** How many runs a row stands for, in words; undefined for a row that stands for itself. */
export function missedCountOf({
  missedCount,
}: Pick<Execution, "missedCount">): { readonly count: number; readonly words: string } | undefined {
  if (missedCount === null || missedCount === 0) return undefined;
  const words = missedCount === 1 ? "1 run" : `${missedCount.toLocaleString("en")} runs`;
  return { count: missedCount, words };
}
