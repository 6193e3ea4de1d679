import type { AuditEntry } from "../../api/generated/model";
import { toInstant } from "../../components/local-time.ts";

const dayMs = 86_400_000;

/** What the log tells of, by the kind of object: each action in words, as the API calls it. */
const actionsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  task: {
    "task.create": "Task created",
    "task.update": "Task changed",
    "task.pause": "Task paused",
    "task.resume": "Task resumed",
    "task.trigger": "Task started by hand",
    "task.cancel": "Task’s runs cancelled",
    "task.delete": "Task deleted",
  },
  execution: {
    "execution.cancel": "Execution cancelled",
    "execution.replay": "Execution run again",
  },
  conversation: {
    "conversation.hand_back": "Conversation handed back",
    "conversation.close": "Conversation closed",
  },
  contact: {
    "contact.create": "Contact created",
    "contact.update": "Contact changed",
    "contact.import": "Contacts imported",
    "contact.opt_out": "Contact opted out",
    "contact.opt_in": "Contact opted in",
    "contact.delete": "Contact deleted",
  },
  memory: {
    "contact_memory.create": "Memory added",
    "contact_memory.update": "Memory changed",
    "contact_memory.delete": "Memory deleted",
  },
  agent: {
    "agent.create": "Agent created",
    "agent.update": "Agent changed",
    "agent.delete": "Agent deleted",
  },
  channel: {
    "channel.create": "Channel created",
    "channel.update": "Channel changed",
    "channel.read_secret": "Channel’s secret read",
    "channel.rotate_secret": "Channel’s secret replaced",
    "channel.play_contact": "Contact played",
    "channel.delete": "Channel deleted",
  },
  modelProvider: {
    "model_provider.create": "Model provider created",
    "model_provider.update": "Model provider changed",
    "model_provider.delete": "Model provider deleted",
  },
  tool: {
    "tool.create": "Tool created",
    "tool.update": "Tool changed",
    "tool.delete": "Tool deleted",
  },
  knowledge: {
    "knowledge.create": "Knowledge created",
    "knowledge.update": "Knowledge changed",
    "knowledge.delete": "Knowledge deleted",
  },
  member: {
    "member.join": "Member joined",
    "member.update": "Member changed",
    "member.remove": "Member removed",
  },
  invitation: {
    "invitation.create": "Invitation created",
    "invitation.revoke": "Invitation revoked",
  },
  apiKey: {
    "apiKey.create": "API key created",
    "apiKey.revoke": "API key revoked",
  },
  workspace: {
    "workspace.update": "Workspace changed",
    "workspace.freeze": "Workspace frozen",
    "workspace.unfreeze": "Workspace unfrozen",
    "demo.remove": "Demo removed",
  },
};

const allActions = Object.assign({}, ...Object.values(actionsOf)) as Readonly<Record<string, string>>;

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The kinds of objects to choose from. One of a newer server, in the address, is there too. */
export function listKinds(chosen: string | undefined): readonly Choice[] {
  return withChosen(
    Object.keys(actionsOf).map((value) => ({ value, label: kindWord(value) })),
    chosen,
    kindWord,
  );
}

/** The actions to choose from: those of a kind where one is chosen. */
export function listActions(kind: string | undefined, chosen: string | undefined): readonly Choice[] {
  const actions = kind === undefined ? allActions : (actionsOf[kind] ?? {});
  const choices = Object.entries(actions).map(([value, label]) => ({ value, label }));
  return withChosen(choices, chosen, describeAction);
}

function withChosen(
  choices: readonly Choice[],
  chosen: string | undefined,
  describe: (value: string) => string,
) {
  if (chosen === undefined || choices.some(({ value }) => value === chosen)) return choices;
  return [...choices, { value: chosen, label: describe(chosen) }];
}

/** Whether an action can have happened to a kind of object. */
export function isActionOf(action: string, kind: string): boolean {
  return Object.hasOwn(actionsOf[kind] ?? {}, action);
}

/** `apiKey.create` as "API key created"; what this version does not know as "Todo: resolve". */
export function describeAction(action: string): string {
  const [kind = "", ...verbs] = action.split(".");
  return allActions[action] ?? `${kindWord(kind)}: ${verbs.join(" ").replaceAll("_", " ")}`;
}

/** `modelProvider` and `model_provider` as "Model provider". */
export function kindWord(kind: string): string {
  const words = separate(kind);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.replace(/^Api /, "API ");
}

/** `sessionDurationSeconds` as "session duration". */
function fieldWord(field: string): string {
  return separate(field.replace(/(?<=.)(Ids|Id|Seconds|Usd)$/, ""));
}

function separate(name: string): string {
  return name
    .replaceAll("_", " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}

type Changes = AuditEntry["changes"];

/** What was changed, in one line: "name, default agent", and of an import how many contacts. */
export function describeChanges({ action, changes }: Pick<AuditEntry, "action" | "changes">): string {
  if (action === "contact.import") return describeImport(changes);
  return Object.keys(changes).map(fieldWord).join(", ");
}

function describeImport(changes: Changes): string {
  const parts = [
    ["created", "created"],
    ["updated", "changed"],
    ["unchanged", "unchanged"],
    ["failed", "failed"],
  ] as const;
  const counts = parts.flatMap(([field, word]) => {
    const count = changes[field]?.[1];
    return typeof count === "number" && count > 0 ? [`${count.toLocaleString("en")} ${word}`] : [];
  });
  return counts.length === 0 ? "No contact" : counts.join(", ");
}

/** What the object was called, as far as the entry tells: after the change, or before it was deleted. */
export function nameInChanges(changes: Changes): string | undefined {
  for (const field of ["name", "title", "email"]) {
    const [before, after] = changes[field] ?? [];
    const name = after ?? before;
    if (typeof name === "string" && name !== "") return name;
  }
  return undefined;
}

/** Who it was: a member or an API key by name, or the program itself. */
export function actorName(actor: AuditEntry["actor"], names: ReadonlyMap<string, string>): string {
  if (actor.kind === "system") return "Errand";
  const name = actor.id === null ? undefined : names.get(actor.id);
  if (actor.kind === "api_key") return name === undefined ? "An API key" : `${name} (API key)`;
  return name ?? "A former member";
}

interface Days {
  readonly from?: string;
  readonly to?: string;
}

/** The instants between which whole days of a zone lie; the last day is included. */
export function toInstants({ from, to }: Days, timezone: string): { from?: string; until?: string } {
  return {
    ...(from === undefined ? {} : { from: toInstant(`${from}T00:00`, timezone) }),
    ...(to === undefined ? {} : { until: toInstant(`${dayAfter(to)}T00:00`, timezone) }),
  };
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}
