/** About 10 000 tokens: more of one answer crowds out the rest of the work. */
const longestOutput = 40_000;

/**
 * A tool's answer as the model gets it: whole, or its beginning with a note of how much is left out. The journal keeps
 * it whole.
 */
export function cutForModel(output: unknown): unknown {
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "null");
  if (text.length <= longestOutput) return output;
  // A cut through a surrogate pair would leave half a character.
  const kept = text.slice(0, longestOutput).replace(/[\ud800-\udbff]$/, "");
  return `${kept}\n[${text.length - kept.length} of ${text.length} characters are left out here.]`;
}
