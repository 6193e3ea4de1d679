import type { ModelMessage, ModelRequest, ModelToolResult } from "./messages.ts";
import { type PromptContact, readContactSection, readSections, readTaskSection } from "./prompt-sections.ts";

/** Stands in every text the sandbox writes. */
const sandboxMark = "(sandbox model)";

const longestQuote = 500;
const longestWaitSeconds = 300;

/** What the sandbox does next: say something, or call one tool. */
export type SandboxMove =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "call"; readonly tool: string; readonly input: Readonly<Record<string, unknown>> };

interface Situation {
  readonly description: string;
  readonly contact: PromptContact | undefined;
  readonly results: ReadonlyMap<string, ModelToolResult>;
  /** Offered and not called in this execution yet. */
  readonly mayCall: (tool: string) => boolean;
}

/**
 * Decides by fixed rules. Contact's messages at the end of the conversation are acknowledged. A task is carried out in
 * this order, each at most once: `wait` if the description names seconds, `remember` if it asks for it, one
 * `send_message` if there is a contact, `finish`. Sections are believed only in system messages.
 */
export function chooseSandboxMove(request: Pick<ModelRequest, "messages" | "tools">): SandboxMove {
  const system = request.messages.flatMap((m) => (m.role === "system" ? [m.content] : [])).join("\n");
  const contact = readContactSection(system);
  const description = readTaskSection(system);
  const said = readContactMessages(request.messages);
  if (said !== undefined || description === undefined) {
    return say(
      `Thank you${nameOf(contact, ", ")}. I have read your message: "${quote(said ?? readLastUserText(request.messages))}"`,
    );
  }
  const called = new Set(request.messages.flatMap(listCalledTools));
  const results = request.messages.flatMap((m) => (m.role === "tool" ? m.results : []));
  return chooseTaskMove({
    description,
    contact,
    results: new Map(results.map((result) => [result.name, result])),
    mayCall: (tool) => !called.has(tool) && request.tools.some(({ name }) => name === tool),
  });
}

function chooseTaskMove({ description, contact, results, mayCall }: Situation): SandboxMove {
  const seconds = readWaitSeconds(description);
  if (seconds !== undefined && mayCall("wait")) return { kind: "call", tool: "wait", input: { seconds } };
  const fact = readFact(description);
  if (fact !== undefined && mayCall("remember")) {
    return { kind: "call", tool: "remember", input: { text: mark(quote(fact)) } };
  }
  if (contact !== undefined && mayCall("send_message")) {
    const text = mark(`Hello${nameOf(contact, " ")}, I am writing to you about this: ${quote(description)}`);
    return { kind: "call", tool: "send_message", input: { text } };
  }
  const [outcome, summary] = sumUp(contact, results.get("send_message"));
  if (mayCall("finish")) return { kind: "call", tool: "finish", input: { outcome, summary: mark(summary) } };
  return say(summary);
}

function sumUp(
  contact: PromptContact | undefined,
  sent: ModelToolResult | undefined,
): [outcome: string, summary: string] {
  if (sent === undefined) return ["no_action_needed", "There was nobody to write to, so nothing was done."];
  if (isRefusal(sent.output)) return ["blocked", `The message${nameOf(contact, " to ")} was refused.`];
  return ["message_sent", `Sent one message${nameOf(contact, " to ")}.`];
}

/** Looks at the result's own words (a text, or an object's values one level down), not at a message quoted in it. */
function isRefusal(output: unknown): boolean {
  if (typeof output === "string") return /\b(refused|blocked)\b/i.test(output);
  if (typeof output !== "object" || output === null) return false;
  const values: unknown[] = Object.values(output);
  const inner = values.flatMap((value) =>
    typeof value === "object" && value !== null ? Object.values(value) : [],
  );
  return [...values, ...inner].some((value) => value === "refused" || value === "blocked");
}

function readWaitSeconds(description: string): number | undefined {
  const seconds = /\bwait(?:\s+for)?\s+(\d+)\s*(?:s|sec|seconds?)\b/i.exec(description)?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), longestWaitSeconds);
}

function readFact(description: string): string | undefined {
  return /\bremember\s+(?:that\s+)?([^.!?\n]+)/i.exec(description)?.[1]?.trim();
}

/** The contact's messages since the company last spoke; undefined when the conversation does not end with one. */
function readContactMessages(messages: readonly ModelMessage[]): string | undefined {
  const rest = messages.slice(messages.findLastIndex((m) => m.role === "assistant" || m.role === "tool") + 1);
  const texts = rest.flatMap((m) => (m.role === "user" ? readSections(m.content, "contact_message") : []));
  return texts.length === 0 ? undefined : texts.join(" ");
}

function readLastUserText(messages: readonly ModelMessage[]): string {
  const last = messages.findLast((m) => m.role === "user");
  return last?.role === "user" ? last.content : "";
}

function listCalledTools(message: ModelMessage): string[] {
  return message.role === "assistant" ? (message.toolCalls ?? []).map(({ name }) => name) : [];
}

function nameOf(contact: PromptContact | undefined, before: string): string {
  return contact?.name ? `${before}${contact.name}` : "";
}

/** By code points, so that no character is cut in half. */
function quote(text: string): string {
  const points = [...text.trim()];
  return points.length <= longestQuote ? points.join("") : `${points.slice(0, longestQuote).join("")}…`;
}

function mark(text: string): string {
  return `${text} ${sandboxMark}`;
}

function say(text: string): SandboxMove {
  return { kind: "say", text: mark(text) };
}
