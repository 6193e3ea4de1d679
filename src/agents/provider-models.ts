import { abortAfter } from "../base/clock.ts";
import { messageOf, requireFound } from "../base/errors.ts";
import type { Core, Reason } from "../engine/index.ts";
import { findModelFetch, type ModelAccess, readModelAccess, requireAccess } from "./model-access.ts";
import { listModels, ModelError } from "./models/index.ts";
import { selectProvider } from "./provider-store.ts";

/** The models of a provider. */
interface ProviderModels {
  /** Undefined: its server has no list. Empty where asking failed. */
  readonly models: readonly string[] | undefined;
  readonly error: Reason | null;
}

const longestMs = 10_000;

/** Asks a provider for its models. Whatever goes wrong there is an answer. Throws 404. */
export async function listProviderModels(
  core: Core,
  workspaceId: string,
  providerId: string,
  signal: AbortSignal,
): Promise<ProviderModels> {
  const access = await core.db.tenant(workspaceId, async (tx) => {
    requireFound(await selectProvider(tx, providerId), "model provider");
    return await readModelAccess(core, tx, providerId);
  });
  const timeout = abortAfter(core.clock, longestMs);
  try {
    const models = await askForModels(core, access, AbortSignal.any([signal, timeout.signal]));
    return { models, error: null };
  } catch (error) {
    if (timeout.signal.aborted) return { models: [], error: noAnswer };
    if (error instanceof ModelError)
      return { models: [], error: { code: `model_${error.code}`, message: error.message } };
    core.log.error(
      { err: messageOf(error), modelProviderId: providerId },
      "a provider's models were not listed",
    );
    return { models: [], error: unexpected };
  } finally {
    timeout.cancel();
  }
}

function askForModels(
  core: Core,
  access: ModelAccess,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const provider = requireAccess(access);
  // It takes every name; this one says what it is.
  if (provider.kind === "sandbox") return Promise.resolve(["sandbox"]);
  return listModels({ ...provider, fetch: findModelFetch(core), signal, clock: core.clock });
}

const noAnswer: Reason = {
  code: "model_timeout",
  message: `There was no answer within ${longestMs / 1_000} s.`,
};

const unexpected: Reason = {
  code: "model_bad_answer",
  message: "The request failed in a way that was not expected; the program's log says more.",
};
