/** US dollars for a million tokens. */
interface Price {
  readonly input: number;
  readonly output: number;
}

/**
 * The providers' list prices without discounts for cached or batched tokens, so that a limit is reached too early
 * rather than too late. A model that is not here costs nothing, and its calls say that the price is not known.
 */
const prices: Readonly<Record<string, Price>> = {
  "claude-3-5-haiku": { input: 0.8, output: 4 },
  "claude-3-5-sonnet": { input: 3, output: 15 },
  "claude-haiku-4-5": { input: 1, output: 5 },
  "claude-opus-4": { input: 15, output: 75 },
  "claude-opus-4-1": { input: 15, output: 75 },
  "claude-sonnet-4": { input: 3, output: 15 },
  "claude-sonnet-4-5": { input: 3, output: 15 },
  "gemini-2.0-flash": { input: 0.1, output: 0.4 },
  "gemini-2.5-flash": { input: 0.3, output: 2.5 },
  "gemini-2.5-pro": { input: 1.25, output: 10 },
  "gpt-4.1": { input: 2, output: 8 },
  "gpt-4.1-mini": { input: 0.4, output: 1.6 },
  "gpt-4.1-nano": { input: 0.1, output: 0.4 },
  "gpt-4o": { input: 2.5, output: 10 },
  "gpt-4o-mini": { input: 0.15, output: 0.6 },
  "gpt-5": { input: 1.25, output: 10 },
  "gpt-5-mini": { input: 0.25, output: 2 },
  "gpt-5-nano": { input: 0.05, output: 0.4 },
  o3: { input: 2, output: 8 },
  "o4-mini": { input: 1.1, output: 4.4 },
};

const free: Price = { input: 0, output: 0 };

interface CallCost {
  /** US dollars with six decimals; a started millionth counts as one. */
  readonly costUsd: string;
  /** False: the model is not in the table, and the cost is 0 for lack of a price. */
  readonly priceKnown: boolean;
}

/** What a call costs. `model` may carry a vendor in front (`openai/gpt-4o`) or a date behind (`gpt-4o-2024-08-06`). */
export function priceCall(
  provider: string,
  model: string,
  tokens: { readonly inputTokens: number; readonly outputTokens: number },
): CallCost {
  const price = provider === "sandbox" ? free : findPrice(model);
  if (price === undefined) return { costUsd: "0.000000", priceKnown: false };
  // Dollars for a million tokens are millionths of a dollar for one.
  const micros = Math.ceil(roundNoise(tokens.inputTokens * price.input + tokens.outputTokens * price.output));
  return { costUsd: (micros / 1_000_000).toFixed(6), priceKnown: true };
}

function findPrice(model: string): Price | undefined {
  const name = model.toLowerCase().replace(/^.*\//, "");
  const undated = name.replace(/-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, "");
  return Object.hasOwn(prices, undated) ? prices[undated] : undefined;
}

/** 3 × 0.1 is a little more than 0.3 in floating point; rounding up would make that a millionth more. */
function roundNoise(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
