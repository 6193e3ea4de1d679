import type { OpenedModel } from "../model-access.ts";
import type { ModelRequest } from "../models/index.ts";
import { countAffordableOutput, priceCall } from "../prices.ts";
import { countTokens } from "./context.ts";

/** As long an answer as a call under a budget may have where its agent sets no bound; nearly every model can write it. */
const mostOutputTokens = 4_096;
/** A budget that holds less than this answer costs has no room for a call. */
const leastOutputTokens = 1_000;

type Asked = Pick<ModelRequest, "messages" | "tools" | "maxOutputTokens">;

/** What a call costs at most: its prompt by its length, and as long an answer as it may have, or at least must have. */
export function estimateCall(
  { prices, model }: OpenedModel,
  request: Asked,
): { readonly estimateUsd: string; readonly leastUsd: string } {
  const inputTokens = countTokens([request.messages, request.tools]);
  const cost = (outputTokens: number) =>
    priceCall(prices, model.model, { inputTokens, outputTokens }).costUsd;
  return {
    estimateUsd: cost(request.maxOutputTokens ?? mostOutputTokens),
    leastUsd: cost(request.maxOutputTokens ?? leastOutputTokens),
  };
}

/**
 * How long the answer may be so that the call costs no more than was reserved for it; undefined: as long as the model
 * likes, for lack of a budget or of a price.
 */
export function boundOutput(
  { prices, model }: OpenedModel,
  request: Asked,
  reservedUsd: string | undefined,
): number | undefined {
  if (request.maxOutputTokens !== undefined || reservedUsd === undefined) return request.maxOutputTokens;
  const call = { inputTokens: countTokens([request.messages, request.tools]), costUsd: reservedUsd };
  const affordable = countAffordableOutput(prices, model.model, call);
  return affordable === undefined ? undefined : Math.min(affordable, mostOutputTokens);
}
