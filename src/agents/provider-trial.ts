import { abortAfter } from "../base/clock.ts";
import { invalidField, messageOf, requireFound } from "../base/errors.ts";
import type { Core, Reason } from "../engine/index.ts";
import { openModel, readModelAccess } from "./model-access.ts";
import { type ModelAnswer, ModelError, type ModelRequest } from "./models/index.ts";
import { selectProvider, selectUsedModel } from "./provider-store.ts";

/** What came of trying a provider. */
export interface ProviderTrial {
  readonly ok: boolean;
  readonly latencyMs: number;
  /** As the provider names it where it answered, else as it was asked for. */
  readonly model: string;
  readonly error: Reason | null;
}

const longestTrialMs = 10_000;

/**
 * Makes one small call that also offers a tool, so that a server without tools shows at once. Whatever goes wrong with
 * it is an answer. Without `model` the one of the newest agent that uses the provider is asked. Throws 404, and 422
 * where there is no model to ask.
 */
export async function tryModelProvider(
  core: Core,
  workspaceId: string,
  { providerId, model }: { readonly providerId: string; readonly model?: string | undefined },
): Promise<ProviderTrial> {
  const { asked, access } = await core.db.tenant(workspaceId, async (tx) => {
    const provider = requireFound(await selectProvider(tx, providerId), "model provider");
    const used = provider.kind === "sandbox" ? "sandbox" : await selectUsedModel(tx, providerId);
    return { asked: model ?? used, access: await readModelAccess(core, tx, providerId) };
  });
  if (asked === undefined)
    throw invalidField("model", "required", "is required while no agent uses this provider");
  const begunAt = core.clock.monotonicMs();
  const timeout = abortAfter(core.clock, longestTrialMs);
  const end = (answer: Pick<ProviderTrial, "model" | "error">): ProviderTrial => ({
    ok: answer.error === null,
    latencyMs: Math.round(core.clock.monotonicMs() - begunAt),
    ...answer,
  });
  try {
    const opened = await openModel(core, workspaceId, { modelProviderId: providerId, model: asked }, access);
    const answer = await opened.model.call(smallRequest(timeout.signal));
    return end({ model: answer.model, error: findFault(answer) });
  } catch (error) {
    if (timeout.signal.aborted) return end({ model: asked, error: noAnswer });
    if (error instanceof ModelError)
      return end({ model: asked, error: { code: `model_${error.code}`, message: error.message } });
    core.log.error({ err: messageOf(error), modelProviderId: providerId }, "trying a model provider failed");
    return end({ model: asked, error: unexpected });
  } finally {
    timeout.cancel();
  }
}

function smallRequest(signal: AbortSignal): ModelRequest {
  return {
    messages: [
      { role: "system", content: "This is a test of the connection. Answer with the single word ok." },
      { role: "user", content: "Say ok." },
    ],
    tools: [
      {
        name: "report",
        description: "Reports that the connection works. You need not call it.",
        inputSchema: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
      },
    ],
    // Enough for a model that thinks before it answers.
    maxOutputTokens: 256,
    signal,
  };
}

const noAnswer: Reason = {
  code: "model_timeout",
  message: `There was no answer within ${longestTrialMs / 1_000} s.`,
};

const unexpected: Reason = {
  code: "model_bad_answer",
  message: "The call failed in a way that was not expected; the program's log says more.",
};

function findFault({ text, toolCalls, finishReason }: ModelAnswer): Reason | null {
  if (text.trim() !== "" || toolCalls.length > 0 || finishReason === "length") return null;
  return { code: "model_empty_answer", message: "The model answered with neither text nor a tool call." };
}
