import type { Reason } from "../../engine/index.ts";
import type { ModelAnswer } from "../models/index.ts";
import { longestMessage } from "./built-in-tools.ts";

type Said = Pick<ModelAnswer, "text" | "toolCalls" | "finishReason">;

/** What keeps a reply's text from being sent as it is. */
export interface ReplyFault {
  readonly reason: Reason;
  /** What the model is told, so that it answers anew; absent: the reply fails. */
  readonly complaint?: string;
}

/**
 * True if the answer's text ends in the middle. Where calls follow, the text before them is whole: a call that was cut
 * off is invalid.
 */
export function isCutOff({ text, toolCalls, finishReason }: Said): boolean {
  return finishReason === "length" && toolCalls.length === 0 && text.trim() !== "";
}

/** On record where a text that was cut off ended a run. */
export const cutOff: Reason = {
  code: "answer_cut_off",
  message:
    "The model's answer was cut off at its limit of output tokens. Give the agent a larger maxOutputTokens, or ask it " +
    "for shorter answers.",
};

const answerShorter =
  "Your answer was cut off because it was too long. Nothing was sent. Answer again, much shorter, so that it is whole.";

/** Why a reply's text cannot be sent. `cutAnswers`: how many answers of the run were cut off, this one included. */
export function findReplyFault(answer: Said, cutAnswers: number): ReplyFault | undefined {
  const { length } = answer.text.trim();
  if (length === 0) return undefined;
  if (answer.finishReason === "content_filter" && answer.toolCalls.length === 0)
    return { reason: describeEmpty(answer) };
  if (isCutOff(answer)) return { reason: cutOff, ...(cutAnswers > 1 ? {} : { complaint: answerShorter }) };
  if (length <= longestMessage) return undefined;
  const message = `The answer has ${length} characters; a message has at most ${longestMessage}. Nothing was sent.`;
  return { reason: { code: "answer_too_long", message }, complaint: message };
}

/** Why there is no text, or none that is whole. */
export function describeEmpty({ finishReason }: Pick<Said, "finishReason">): Reason {
  if (finishReason === "content_filter") {
    return { code: "model_content_filter", message: "The provider's content filter held the answer back." };
  }
  if (finishReason === "length") {
    const message =
      "The model reached its limit of output tokens before it said anything, as models that think do. Give the agent a " +
      "larger maxOutputTokens.";
    return { code: "model_empty_answer", message };
  }
  return { code: "model_empty_answer", message: "The model answered with neither text nor a tool call." };
}
