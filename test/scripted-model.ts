import { type Model, type ModelAnswer, ModelError, type ModelRequest } from "../src/agents/models/index.ts";

/** What a scripted model does with one call. */
export type ScriptedAnswer =
  | {
      readonly text?: string;
      /** Ids are `call_<call>_<position>` unless given. */
      readonly toolCalls?: readonly {
        readonly name: string;
        readonly input?: unknown;
        readonly id?: string;
        readonly invalid?: string;
      }[];
      readonly usage?: ModelAnswer["usage"];
      readonly finishReason?: ModelAnswer["finishReason"];
      /** The answer is given when this resolves; an abort ends the wait. */
      readonly until?: Promise<unknown>;
    }
  /** Throws this. */
  | { readonly fail: Error }
  /** Answers nothing until the call is aborted. */
  | { readonly hang: true };

export type ScriptedModelScript =
  | readonly ScriptedAnswer[]
  | ((request: ModelRequest, index: number) => ScriptedAnswer | Promise<ScriptedAnswer>);

export interface ScriptedModel extends Model {
  /** The requests so far, oldest first, with the messages as they were at the call. */
  readonly calls: readonly ModelRequest[];
  /** Adds answers behind those left. Not for a model with a function. */
  play(...answers: readonly ScriptedAnswer[]): void;
  /** Resolves when the model has been called this often. */
  waitForCalls(count: number): Promise<void>;
}

/**
 * A model within the test's process. A list is played in order; a call beyond its end throws a plain error, which no
 * retry hides. With `onText` the text comes in two pieces.
 */
export function createScriptedModel(script: ScriptedModelScript = [], name = "scripted-1"): ScriptedModel {
  const calls: ModelRequest[] = [];
  const queue: ScriptedAnswer[] = typeof script === "function" ? [] : [...script];
  const waiting: { count: number; resolve: () => void }[] = [];

  async function call(request: ModelRequest): Promise<ModelAnswer> {
    calls.push({ ...request, messages: structuredClone(request.messages) });
    for (const waiter of waiting) if (calls.length >= waiter.count) waiter.resolve();
    const number = calls.length;
    const answer = typeof script === "function" ? await script(request, number - 1) : queue.shift();
    if (answer === undefined) throw new Error(`The scripted model has no answer left for call ${number}.`);
    if ("fail" in answer) throw answer.fail;
    if ("hang" in answer) return await waitUnlessAborted(new Promise<never>(() => undefined), request.signal);
    await waitUnlessAborted(answer.until ?? Promise.resolve(), request.signal);
    const text = answer.text ?? "";
    const half = Math.ceil(text.length / 2);
    for (const piece of [text.slice(0, half), text.slice(half)]) if (piece !== "") request.onText?.(piece);
    const toolCalls = (answer.toolCalls ?? []).map(({ id, name: tool, input = {}, invalid }, position) => ({
      id: id ?? `call_${number}_${position + 1}`,
      name: tool,
      input,
      ...(invalid === undefined ? {} : { invalid }),
    }));
    return {
      text,
      toolCalls,
      usage: answer.usage ?? { inputTokens: 10, outputTokens: 5 },
      finishReason: answer.finishReason ?? (toolCalls.length === 0 ? "stop" : "tool_calls"),
      model: name,
    };
  }

  return {
    provider: "scripted",
    model: name,
    calls,
    call,
    play: (...answers) => {
      queue.push(...answers);
    },
    waitForCalls(count) {
      if (calls.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
  };
}

async function waitUnlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new ModelError("aborted", "The model call was aborted."));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
