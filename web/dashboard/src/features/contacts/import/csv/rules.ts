import { parse } from "papaparse";

/** A file's bytes as rows of texts. Pure; runs in a worker, where half a second of it holds nothing up. */

export const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "windows-1251"] as const;
export type Encoding = (typeof encodings)[number];
export const delimiters = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof delimiters)[number];

export const mostBytes = 20 * 1024 * 1024;
export const mostRows = 50_000;

/** What the reader found out or was told. */
export interface CsvChoices {
  readonly encoding?: Encoding | undefined;
  readonly delimiter?: Delimiter | undefined;
}

export interface CsvRow {
  /** Of the file, the first is 1; of a row over several lines the first. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvTable {
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  /** The first is the header if the file has one. */
  readonly rows: readonly CsvRow[];
  /** Lines without any value, which are left out. */
  readonly blankLines: number;
}

export type ReadCsv =
  | { readonly fault?: undefined; readonly table: CsvTable }
  | { readonly fault: string; readonly table?: undefined };

/** The rows of a file, or in a sentence why it cannot be read. */
export function readCsv(bytes: Uint8Array, choices: CsvChoices = {}): ReadCsv {
  const stranger = describeStranger(bytes);
  if (stranger !== undefined) return { fault: stranger };
  const encoding = choices.encoding ?? detectEncoding(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  const delimiter = choices.delimiter ?? guessDelimiter(text);
  const { data, errors } = parse<readonly string[]>(text, { delimiter });
  const misquoted = errors.find(({ type }) => type === "Quotes")?.row;
  const rows: CsvRow[] = [];
  let blankLines = 0;
  let line = 1;
  for (const [index, cells] of data.entries()) {
    if (index === misquoted) return { fault: describeMisquoted(line) };
    if (cells.some((cell) => cell.trim() !== "")) rows.push({ line, cells });
    // What follows the last line break is no line.
    else if (index < data.length - 1) blankLines += 1;
    line += 1 + breaksIn(cells);
  }
  if (rows.length === 0) return { fault: "The file is empty." };
  if (rows.length > mostRows + 1)
    return {
      fault: `The file has ${rows.length.toLocaleString("en")} rows; at most ${mostRows.toLocaleString("en")} are taken at once. Split it and import the parts one after the other.`,
    };
  return { table: { encoding, delimiter, rows, blankLines } };
}

function describeMisquoted(line: number): string {
  return `In the row at line ${line} a quotation mark opens a value and none closes it before the next delimiter. Within a quoted value a quotation mark is written twice.`;
}

/** What stands most often between the cells of the first line that has any; commas where nothing does. */
function guessDelimiter(text: string): Delimiter {
  const first = /[^\s,;|][^\r\n]*/.exec(text)?.[0] ?? text;
  const unquoted = first.replaceAll(/"[^"]*"/g, "");
  const count = (delimiter: Delimiter) => unquoted.split(delimiter).length;
  return delimiters.reduce((best, other) => (count(other) > count(best) ? other : best));
}

function breaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}

/** Files that people take for CSV since the same program made them. */
function describeStranger(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (bytes.length > mostBytes) return tooLarge;
  if ((first === 0x50 && second === 0x4b) || (first === 0xd0 && second === 0xcf))
    return "This is a workbook, not a CSV file. Open it in its program and save it as CSV, in UTF-8 if there is a choice.";
  return undefined;
}

export const tooLarge = `The file is larger than ${mostBytes / 1024 / 1024} MB. Split it and import the parts one after the other.`;

/** UTF-8 if the bytes are that; else what the mark at the start says or the bytes look like. */
export function detectEncoding(bytes: Uint8Array): Encoding {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const zero = bytes.subarray(0, 1_024).indexOf(0);
  if (zero !== -1) return zero % 2 === 1 ? "utf-16le" : "utf-16be";
  if (isUtf8(bytes)) return "utf-8";
  return looksCyrillic(bytes) ? "windows-1251" : "windows-1252";
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** In Western languages letters with accents stand alone; Cyrillic words are made of such bytes. */
function looksCyrillic(bytes: Uint8Array): boolean {
  let letters = 0;
  let together = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte < 0xc0) continue;
    letters += 1;
    if ((bytes[at + 1] ?? 0) >= 0xc0) together += 1;
  }
  return together > letters / 2;
}
