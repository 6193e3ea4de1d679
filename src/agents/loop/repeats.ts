import { createHash } from "node:crypto";
import type { Reason } from "../../engine/index.ts";
import type { ModelToolCall } from "../models/index.ts";

/** The latest tool call and how often it was made in a row. `call` stands for tool and arguments. */
export interface Repetition {
  readonly call: string;
  readonly times: number;
}

/** So many identical calls in a row are a loop that does not end by itself; the last of them is not carried out. */
const repetitionsAllowed = 10;

/** Waiting again and again is how an agent waits for long, and it costs no side effect. */
const mayRepeat: ReadonlySet<string> = new Set(["wait"]);

/** After one more call. */
export function countCall(last: Repetition | null, { name, input }: ModelToolCall): Repetition | null {
  if (mayRepeat.has(name)) return null;
  // Arguments can be long, and checkpoints hold this.
  const call = createHash("sha256")
    .update(`${name}\n${JSON.stringify(input)}`)
    .digest("base64url");
  return { call, times: last?.call === call ? last.times + 1 : 1 };
}

/** True once the same call was repeated so often that it leads nowhere. */
export function isLoop(repetition: Repetition | null): boolean {
  return repetition !== null && repetition.times >= repetitionsAllowed;
}

export const noProgress: Reason = {
  code: "no_progress",
  message: `The agent made the same tool call with the same arguments ${repetitionsAllowed} times in a row.`,
};
