import type { Reason, Step } from "../../../api/generated/model";
import { listOf, numberOf, objectOf, reasonOf, textOf } from "../../../components/journal/json.ts";
import { spell } from "../../../components/time-words.ts";
import type { EntryTone, Sort, StepWords } from "./entry.ts";

interface Words {
  readonly sort: Sort;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly tone?: EntryTone;
  readonly reason?: Reason | undefined;
}

/** How a step, with the result of what it began, is called on the timeline. */
export function wordsOf(step: Step, result: Step | undefined): StepWords {
  const { sort, title, detail, tone, reason = step.error ?? undefined } = describe(step, result);
  const isBad = reason !== undefined;
  return { sort, title, detail: detail && oneLine(detail), tone: tone ?? (isBad ? "red" : "plain"), reason };
}

function describe(step: Step, result: Step | undefined): Words {
  switch (step.kind) {
    case "model":
      return describeModel(step);
    case "message":
      return describeMessage(step);
    case "tool_intent":
      return describeCall(step, result);
    case "tool_result":
      return describeResult(step);
    case "wait":
      return describeWait(step);
    case "checkpoint":
      return { sort: "checkpoint", title: "Checkpoint", tone: "subdued" };
    case "note":
      return describeNote(step);
  }
}

function describeModel({ name, input, output, error }: Step): Words {
  const { text, toolCalls, failed, retries, finishReason } = objectOf(output);
  const { tools } = objectOf(input);
  const before = listOf(retries).length;
  const again = before === 0 ? "" : `, after ${count(before, "failed call")}`;
  if (failed !== undefined || error !== null) {
    const reason = error ?? reasonOf(failed);
    return { sort: "model", title: `Called ${name}: failed${again}`, reason };
  }
  const calls = listOf(toolCalls);
  // A run's own calls always offer tools; without any it is asked to sum up what no longer fits its context.
  if (Array.isArray(tools) && tools.length === 0)
    return { sort: "model", title: `Called ${name}: summed up earlier work${again}`, detail: textOf(text) };
  const names = calls.map((call) => textOf(objectOf(call).name) ?? "a tool").join(", ");
  if (calls.length > 0) {
    return {
      sort: "model",
      title: `Called ${name}: ${count(calls.length, "tool call")}${again}`,
      detail: names,
    };
  }
  const said = textOf(text);
  if (said === undefined) {
    const end = finishReason === "stop" ? "no text" : `no text (${String(finishReason)})`;
    return { sort: "model", title: `Called ${name}: ${end}${again}`, tone: "amber" };
  }
  return { sort: "model", title: `Called ${name}: wrote a text${again}`, detail: said };
}

function describeMessage({ name, input, output, error }: Step): Words {
  const { text, contactId } = objectOf(input);
  const { accepted, held } = objectOf(output);
  const detail = textOf(text);
  const what = name === "reply" ? "the answer" : "a message";
  const to = typeof contactId === "string" ? " to a contact" : "";
  if (accepted === false || error !== null) {
    const title = name === "reply" ? "Answer refused" : `Message${to} refused`;
    return {
      sort: "message",
      title,
      detail,
      reason: error ?? reasonOf(objectOf(output).reason),
      tone: "amber",
    };
  }
  if (held !== undefined) {
    const reason = reasonOf(objectOf(held).reason);
    const title = name === "reply" ? "Answer held" : `Message${to} held`;
    return { sort: "message", title, detail, reason, tone: "amber" };
  }
  return { sort: "message", title: `Sent ${what}${to}`, detail };
}

/** A call with an effect outside: what it began with, and what came of it. */
function describeCall({ name, input, late }: Step, result: Step | undefined): Words {
  const title = `Called tool ${name}`;
  const detail = argumentsText(input);
  const answer = result ?? lateResult(late);
  if (answer === undefined) return { sort: "tool", title, detail };
  if (answer.error?.code === "unknown")
    return { sort: "tool", title, detail, reason: answer.error, tone: "amber" };
  const output = objectOf(answer.output);
  const reason = answer.error ?? (output.status === "failed" ? reasonOf(output.reason) : undefined);
  if (reason !== undefined) return { sort: "tool", title, detail, reason };
  const status = numberOf(output.status);
  if (status === undefined || (status >= 200 && status < 300)) return { sort: "tool", title, detail };
  return { sort: "tool", title: `${title}: answered ${status}`, detail, tone: "amber" };
}

function lateResult(late: unknown): Pick<Step, "output" | "error"> | undefined {
  if (late === null || late === undefined) return undefined;
  const { output, error } = objectOf(late);
  return { output, error: reasonOf(error) ?? null };
}

const ownTools: Readonly<Record<string, (step: Step) => Words>> = {
  search_knowledge: ({ input, output }) => {
    const found = listOf(objectOf(objectOf(output).output).results).length;
    const title = `Searched knowledge: ${found === 0 ? "nothing found" : count(found, "result")}`;
    return { sort: "search", title, detail: textOf(objectOf(input).query) };
  },
  find_contacts: ({ output }) => {
    const found = listOf(objectOf(objectOf(output).output).contacts).length;
    return { sort: "contacts", title: `Looked up contacts: ${found} found` };
  },
  remember: ({ input }) => ({
    sort: "memory",
    title: "Remembered a fact",
    detail: textOf(objectOf(input).text),
  }),
  schedule_follow_up: ({ input }) => ({
    sort: "follow_up",
    title: "Arranged a follow-up",
    detail: textOf(objectOf(input).instruction),
  }),
  finish: ({ input }) => ({
    sort: "finish",
    title: `Finished: ${(textOf(objectOf(input).outcome) ?? "no outcome").replaceAll("_", " ")}`,
    detail: textOf(objectOf(input).summary),
  }),
  invalid_call: ({ input }) => {
    const { name, arguments: given } = objectOf(input);
    const title = `Call of ${textOf(name) ?? "a tool"} could not be carried out`;
    return { sort: "tool", title, detail: argumentsText(given) };
  },
};

/** A tool of the platform, done in one step. */
function describeResult(step: Step): Words {
  const own = ownTools[step.name];
  if (own !== undefined) return own(step);
  const answer = describeCall(step, step);
  return { ...answer, title: answer.title.replace("Called tool", "Result of") };
}

function describeWait({ output, input }: Step): Words {
  const seconds = numberOf(objectOf(output).seconds) ?? numberOf(objectOf(input).seconds);
  return { sort: "wait", title: seconds === undefined ? "Waited" : `Waited ${spell(seconds)}` };
}

function describeNote({ name, output }: Step): Words {
  const said = objectOf(output);
  switch (name) {
    case "start": {
      // It read what it works on and found that it must not or need not begin.
      if (said.end !== undefined)
        return {
          sort: "start",
          title: "Did not begin",
          reason: reasonOf(objectOf(said.end).reason),
          tone: "amber",
        };
      const agent = objectOf(said.agent);
      const detail = [textOf(agent.name), textOf(agent.model)]
        .filter((part) => part !== undefined)
        .join(" · ");
      return { sort: "start", title: "Started", detail };
    }
    case "text":
      return { sort: "note", title: "Agent’s note", detail: textOf(said.text) };
    case "time":
      return { sort: "note", title: "Told the time", detail: textOf(output), tone: "subdued" };
    case "tools_left_out": {
      const left = listOf(said.toolIds).length;
      const title = `${count(left, "tool")} left out: deleted or disabled`;
      return { sort: "note", title, tone: "amber" };
    }
    case "calls_after_finish": {
      const names = listOf(said.notCarriedOut).join(", ");
      return { sort: "note", title: "Calls after finish were not carried out", detail: names, tone: "amber" };
    }
    case "context_summarised":
      return { sort: "note", title: "Earlier work was replaced by a summary", tone: "subdued" };
    case "context_shortened":
      return { sort: "note", title: "Earlier work was left out of the context", tone: "amber" };
    default:
      return { sort: "note", title: `Note: ${name.replaceAll("_", " ")}`, tone: "subdued" };
  }
}

function argumentsText(input: unknown): string | undefined {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  return text === undefined || text === "{}" || text === "null" ? undefined : text;
}

const longestDetail = 300;

function oneLine(text: string): string {
  const line = text
    .slice(0, longestDetail * 2)
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length <= longestDetail ? line : `${line.slice(0, longestDetail)}…`;
}

/** "1 result", "3 results". */
export function count(many: number, one: string): string {
  return `${many.toLocaleString("en")} ${one}${many === 1 ? "" : "s"}`;
}
