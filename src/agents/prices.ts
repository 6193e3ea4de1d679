import type { ModelUsage } from "./models/index.ts";

/** US dollars for a million tokens, as decimal strings. */
export interface ModelPrice {
  readonly inputUsdPerMillionTokens: string;
  readonly outputUsdPerMillionTokens: string;
  /** Input that the provider read from its cache; left out: as other input. */
  readonly cachedInputUsdPerMillionTokens?: string | undefined;
}

/** Prices by the model's name. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

/** What a provider's calls are priced with: its own prices before the built-in ones. */
export interface PriceSource {
  readonly kind: string;
  readonly prices: ModelPrices;
}

type Row = readonly [input: string, output: string, cachedInput?: string];

/**
 * The providers' list prices for short contexts, without discounts for batches, so that a limit is reached too early
 * rather than too late. A model that is not here costs nothing, and its calls say that the price is not known.
 */
const listPrices: Readonly<Record<string, Row>> = {
  "claude-3-5-haiku": ["0.80", "4", "0.08"],
  "claude-3-5-sonnet": ["3", "15", "0.30"],
  "claude-haiku-4-5": ["1", "5", "0.10"],
  "claude-opus-4": ["15", "75", "1.50"],
  "claude-opus-4-1": ["15", "75", "1.50"],
  "claude-opus-4-5": ["5", "25", "0.50"],
  "claude-sonnet-4": ["3", "15", "0.30"],
  "claude-sonnet-4-5": ["3", "15", "0.30"],
  "gemini-2.0-flash": ["0.10", "0.40", "0.025"],
  "gemini-2.5-flash": ["0.30", "2.50", "0.075"],
  "gemini-2.5-flash-lite": ["0.10", "0.40", "0.025"],
  "gemini-2.5-pro": ["1.25", "10", "0.31"],
  "gpt-4.1": ["2", "8", "0.50"],
  "gpt-4.1-mini": ["0.40", "1.60", "0.10"],
  "gpt-4.1-nano": ["0.10", "0.40", "0.025"],
  "gpt-4o": ["2.50", "10", "1.25"],
  "gpt-4o-mini": ["0.15", "0.60", "0.075"],
  "gpt-5": ["1.25", "10", "0.125"],
  "gpt-5-mini": ["0.25", "2", "0.025"],
  "gpt-5-nano": ["0.05", "0.40", "0.005"],
  "gpt-5.1": ["1.25", "10", "0.125"],
  o3: ["2", "8", "0.50"],
  "o4-mini": ["1.10", "4.40", "0.275"],
};

const free: Row = ["0", "0", "0"];

interface CallCost {
  /** US dollars with six decimals; a started millionth counts as one. */
  readonly costUsd: string;
  /** False: neither the provider's prices nor the table have the model, and the cost is 0 for lack of a price. */
  readonly priceKnown: boolean;
}

/** What a call costs. `model` may carry a vendor in front (`openai/gpt-4o`) or a date behind (`gpt-4o-2024-08-06`). */
export function priceCall(
  provider: PriceSource,
  model: string,
  usage: Pick<ModelUsage, "inputTokens" | "outputTokens" | "cachedInputTokens">,
): CallCost {
  const row = findPrice(provider, model);
  if (row === undefined) return { costUsd: formatMicros(0n), priceKnown: false };
  const [input, output, cachedInput = input] = row;
  const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
  // Dollars for a million tokens are millionths of a dollar for one, and the prices come as millionths of those.
  const total =
    BigInt(usage.inputTokens - cached) * toMillionths(input) +
    BigInt(cached) * toMillionths(cachedInput) +
    BigInt(usage.outputTokens) * toMillionths(output);
  return { costUsd: formatMicros((total + 999_999n) / 1_000_000n), priceKnown: true };
}

/** How many tokens of output a call with this input has for this much; undefined where output has no price. */
export function countAffordableOutput(
  provider: PriceSource,
  model: string,
  { inputTokens, costUsd }: { readonly inputTokens: number; readonly costUsd: string },
): number | undefined {
  const [input, output] = findPrice(provider, model) ?? free;
  const price = toMillionths(output);
  if (price === 0n) return undefined;
  const left = toMillionths(costUsd) * 1_000_000n - BigInt(inputTokens) * toMillionths(input);
  return left < 0n ? 0 : Number(left / price);
}

/** The sum of amounts in US dollars that have six decimals. */
export function addCosts(...amounts: readonly string[]): string {
  return formatMicros(amounts.reduce((sum, amount) => sum + toMillionths(amount), 0n));
}

function findPrice({ kind, prices }: PriceSource, model: string): Row | undefined {
  if (kind === "sandbox") return free;
  const name = model.toLowerCase().replace(/^.*\//, "");
  const undated = name.replace(/-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, "");
  for (const key of [model, name, undated]) {
    const own = Object.hasOwn(prices, key) ? prices[key] : undefined;
    if (own === undefined) continue;
    const { inputUsdPerMillionTokens, outputUsdPerMillionTokens, cachedInputUsdPerMillionTokens } = own;
    return cachedInputUsdPerMillionTokens === undefined
      ? [inputUsdPerMillionTokens, outputUsdPerMillionTokens]
      : [inputUsdPerMillionTokens, outputUsdPerMillionTokens, cachedInputUsdPerMillionTokens];
  }
  return Object.hasOwn(listPrices, undated) ? listPrices[undated] : undefined;
}

/** A decimal string with at most six decimals, in millionths. */
function toMillionths(decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

function formatMicros(micros: bigint): string {
  return `${micros / 1_000_000n}.${String(micros % 1_000_000n).padStart(6, "0")}`;
}
