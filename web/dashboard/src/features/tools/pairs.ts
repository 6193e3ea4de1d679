/** A row of a request's headers or parameters; `id` only tells rows apart while they are edited. */
export interface Pair {
  readonly id: string;
  readonly name: string;
  readonly template: string;
}

export function newPair(name = "", template = ""): Pair {
  return { id: crypto.randomUUID(), name, template };
}

export function toPairs(templates: Readonly<Record<string, string>>): readonly Pair[] {
  return Object.entries(templates).map(([name, template]) => newPair(name, template));
}

/** Rows without a name and a value are nothing; a value without a name goes out for the API to refuse. */
export function fromPairs(pairs: readonly Pair[]): Record<string, string> {
  const filled = pairs.filter(({ name, template }) => name !== "" || template !== "");
  return Object.fromEntries(filled.map(({ name, template }) => [name, template]));
}
