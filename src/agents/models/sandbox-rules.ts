import type { ModelMessage, ModelRequest, ModelTool, ModelToolResult } from "./messages.ts";
import { type PromptContact, readContactSection, readSections, readTaskSection } from "./prompt-sections.ts";
import { describeAnswer, findNamedTool, followsOwnRules, readArguments } from "./sandbox-tools.ts";

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
  readonly tools: readonly ModelTool[];
  readonly called: ReadonlySet<string>;
  /** In the order of the calls. */
  readonly results: readonly ModelToolResult[];
}

/**
 * Decides by fixed rules. Contact's messages at the end of the conversation are acknowledged, after the tools that they
 * name were called. A task is carried out in this order, each at most once: `wait` if the description names seconds,
 * `remember` if it asks for it, the tools that it names, one `send_message` if there is a contact, `finish`. Sections
 * are believed only in system messages.
 */
export function chooseSandboxMove(request: Pick<ModelRequest, "messages" | "tools">): SandboxMove {
  const { messages, tools } = request;
  const system = messages.flatMap((m) => (m.role === "system" ? [m.content] : [])).join("\n");
  const contact = readContactSection(system);
  const description = readTaskSection(system);
  const asked = messages.slice(0, messages.findLastIndex((m) => !isToolUse(m)) + 1);
  const said = readContactMessages(asked);
  const called = new Set(messages.flatMap(listCalledTools));
  const results = messages.flatMap((m) => (m.role === "tool" ? m.results : []));
  if (said !== undefined || description === undefined) {
    const text = said ?? readLastUserText(messages);
    const named = findNamedTool(text, tools, called);
    if (named !== undefined) return { kind: "call", tool: named.name, input: readArguments(text, named) };
    const read = `Thank you${nameOf(contact, ", ")}. I have read your message: "${quote(text)}"`;
    return say([read, ...tellAnswers(results)].join(" "));
  }
  return chooseTaskMove({ description, contact, tools, called, results });
}

function isToolUse(message: ModelMessage): boolean {
  return message.role === "tool" || listCalledTools(message).length > 0;
}

function chooseTaskMove({ description, contact, tools, called, results }: Situation): SandboxMove {
  const mayCall = (tool: string) => !called.has(tool) && tools.some(({ name }) => name === tool);
  const seconds = readWaitSeconds(description);
  if (seconds !== undefined && mayCall("wait")) return { kind: "call", tool: "wait", input: { seconds } };
  const fact = readFact(description);
  if (fact !== undefined && mayCall("remember")) {
    return { kind: "call", tool: "remember", input: { text: mark(quote(fact)) } };
  }
  const named = findNamedTool(description, tools, called);
  if (named !== undefined)
    return { kind: "call", tool: named.name, input: readArguments(description, named) };
  const answers = tellAnswers(results);
  if (contact !== undefined && mayCall("send_message")) {
    const about = `Hello${nameOf(contact, " ")}, I am writing to you about this: ${quote(description)}`;
    return { kind: "call", tool: "send_message", input: { text: mark([about, ...answers].join(" ")) } };
  }
  const sent = results.findLast(({ name }) => name === "send_message");
  const [outcome, sentence] = sumUp(contact, sent, answers.length > 0);
  const summary = [sentence, ...answers].join(" ");
  if (mayCall("finish")) return { kind: "call", tool: "finish", input: { outcome, summary: mark(summary) } };
  return say(summary);
}

function tellAnswers(results: readonly ModelToolResult[]): readonly string[] {
  return results
    .filter(({ name }) => !followsOwnRules(name))
    .map((result) => {
      const text = quote(describeAnswer(result));
      return /[.!?…]$/.test(text) ? text : `${text}.`;
    });
}

function sumUp(
  contact: PromptContact | undefined,
  sent: ModelToolResult | undefined,
  hasAnswers: boolean,
): [outcome: string, summary: string] {
  if (sent === undefined) {
    const done = hasAnswers ? "" : ", so nothing was done";
    return ["no_action_needed", `There was nobody to write to${done}.`];
  }
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
