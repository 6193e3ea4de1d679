import { listOf, numberOf, objectOf, reasonOf, textOf } from "../../../components/journal/json.ts";
import { milliseconds } from "../../../components/time-words.ts";
import type { StepEntry } from "../timeline/entry.ts";

/** A text that is read as such, not as JSON. */
export interface TextPart {
  readonly label: string;
  readonly text: string;
  /** Written by a model. */
  readonly isWritten: boolean;
}

/** The texts of an entry, each with a label of its own: what was sent, written, asked, noted. */
export function textsOf({ step, sort }: StepEntry): readonly TextPart[] {
  const input = objectOf(step.input);
  const output = objectOf(step.output);
  const part = (label: string, value: unknown, isWritten = true): readonly TextPart[] => {
    const text = textOf(value);
    return text === undefined ? [] : [{ label, text, isWritten }];
  };
  switch (sort) {
    case "model":
      return part("Text of the answer", output.text);
    case "message":
      return part("Message", input.text);
    case "memory":
      return part("Fact", input.text);
    case "search":
      return part("Asked for", input.query);
    case "follow_up":
      return part("Instruction", input.instruction);
    case "finish":
      return part("Summary", input.summary);
    case "note":
      return step.name === "text" ? part("Note", output.text) : part("Note", step.output, false);
    case "start":
      return listOf(output.prompt).flatMap((message, index) => {
        const { role, content } = objectOf(message);
        return part(`Prompt ${index + 1}: ${roles[String(role)] ?? String(role)}`, content, false);
      });
    default:
      return [];
  }
}

const roles: Readonly<Record<string, string>> = {
  system: "system",
  user: "request",
  assistant: "what the agent said before",
  tool: "tool results",
};

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** What is known of an entry beside its input and output. */
export function factsOf(entry: StepEntry): readonly Fact[] {
  const { step, result, startedAt, endedAt } = entry;
  const output = objectOf(step.output);
  const facts: (Fact | undefined)[] = [
    endedAt === undefined ? undefined : { label: "Duration", value: milliseconds(endedAt - startedAt) },
    fact("Input tokens", step.inputTokens, cachedWords(output.cachedInputTokens)),
    fact("Output tokens", step.outputTokens, reasoningWords(output.reasoningTokens)),
    output.tokensEstimated === true ? { label: "Tokens", value: "estimated from the texts" } : undefined,
    output.priceKnown === false ? { label: "Price", value: "not known: counts as $0" } : undefined,
    step.kind !== "model" || typeof output.model !== "string" || output.model === step.name
      ? undefined
      : { label: "Answered by", value: output.model },
    typeof output.finishReason === "string"
      ? { label: "Finish reason", value: output.finishReason.replaceAll("_", " ") }
      : undefined,
    {
      label: "Attempt",
      value:
        result === undefined || result.attempt === step.attempt
          ? String(step.attempt)
          : `${step.attempt}; result in ${result.attempt}`,
    },
  ];
  return facts.filter((known) => known !== undefined);
}

function fact(label: string, value: number | null, more: string): Fact | undefined {
  return value === null ? undefined : { label, value: `${value.toLocaleString("en")}${more}` };
}

function cachedWords(value: unknown): string {
  const cached = numberOf(value);
  return cached === undefined || cached === 0 ? "" : `, ${cached.toLocaleString("en")} cached`;
}

function reasoningWords(value: unknown): string {
  const reasoning = numberOf(value);
  return reasoning === undefined || reasoning === 0 ? "" : `, ${reasoning.toLocaleString("en")} reasoning`;
}

/** Sentences that ended the calls before the one that counts, and what the provider warned of. */
export function remarksOf({ step }: StepEntry): readonly string[] {
  const { retries, warnings, nearLimits } = objectOf(step.output);
  const near = listOf(nearLimits).map((limit) => String(limit).replace("max_", "").replaceAll("_", " "));
  return [
    ...listOf(retries).flatMap((retry) => {
      const reason = reasonOf(retry);
      return reason === undefined ? [] : [`A call before this one failed: ${reason.message}`];
    }),
    ...listOf(warnings).map((warning) =>
      typeof warning === "string" ? warning : (textOf(objectOf(warning).message) ?? JSON.stringify(warning)),
    ),
    ...(near.length > 0
      ? [`The agent was told to conclude: more than 80 % used of ${near.join(", ")}.`]
      : []),
  ];
}
