/** JSON that `JSON.stringify` would not write: it is sent as it stands. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface WrongValue {
  readonly name: string;
  readonly value: unknown;
}

const many = 10_000;

/** Values that hardly any field takes: the wrong kind, too much, too little, or what a parser or a database trips over. */
export const wrongValues: readonly WrongValue[] = [
  { name: "null", value: null },
  { name: "true", value: true },
  { name: "a number", value: 5 },
  { name: "a negative number", value: -1 },
  { name: "a fraction", value: 1.5 },
  { name: "a huge number", value: 1e308 },
  { name: "a number beyond all", value: new RawJson("1e400") },
  { name: "a whole number that no double holds", value: new RawJson("9007199254740993") },
  { name: "a number as text", value: "5" },
  { name: "a word", value: "xyzzy" },
  { name: "no letter", value: "" },
  { name: "spaces", value: "   " },
  { name: "30 000 letters", value: "a".repeat(30_000) },
  { name: "NUL", value: "a\u0000b" },
  { name: "half a surrogate pair", value: new RawJson('"a\\ud800b"') },
  { name: "quotes and wildcards", value: `'"\\%_;--` },
  { name: "a date that does not exist", value: "2027-02-30T00:00:00Z" },
  { name: "the year 0", value: "0000-01-01T00:00:00Z" },
  { name: "an offset of a day", value: "2027-01-01T00:00:00-23:59" },
  { name: "an empty list", value: [] },
  { name: "a list of null", value: [null] },
  { name: "a long list", value: Array.from({ length: many }, (_none, index) => `x${index}`) },
  { name: "deep lists", value: new RawJson("[".repeat(60) + "]".repeat(60)) },
  { name: "an empty object", value: {} },
  { name: "an unknown field", value: { surprise: 1 } },
  { name: "a field called constructor", value: { constructor: { prototype: { x: 1 } } } },
  { name: "a field called __proto__", value: new RawJson('{"__proto__":{"x":1}}') },
  {
    name: "many fields",
    value: Object.fromEntries(Array.from({ length: many }, (_none, i) => [`k${i}`, i])),
  },
];

/** Bodies that no operation with fields takes. */
export const wrongBodies: readonly string[] = [
  "null",
  "[]",
  "5",
  '"text"',
  "{",
  "NaN",
  '{"surprise":1}',
  '{"constructor":1}',
  '{"__proto__":null}',
  '{"a":1,"a":2}',
  "[".repeat(70) + "]".repeat(70),
  "[".repeat(200_000),
];

/** The body as JSON, with each `RawJson` as it stands. */
export function writeJson(body: unknown): string {
  const raws: string[] = [];
  const json = JSON.stringify(body, (_key, value: unknown) => {
    if (!(value instanceof RawJson)) return value;
    raws.push(value.text);
    return `raw:${raws.length - 1}:`;
  });
  return json.replaceAll(/"raw:(\d+):"/g, (_match, index: string) => raws[Number(index)] ?? "");
}
