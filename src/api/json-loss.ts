import type { FieldError } from "../base/errors.ts";

/** An object or list around the place where the reading is. */
interface Frame {
  /** Of an object: the names so far. Undefined for a list. */
  readonly names: Set<string> | undefined;
  /** The field or item that the reading is in. */
  at: string | number;
  /** True where the next text is a field's name. */
  awaitsName: boolean;
}

const longestName = 100;

/**
 * The first thing in a JSON text that `JSON.parse` changes without a word: a field that is named twice, of which only
 * the last stays, or a whole number that a double does not hold, such as a long id written without quotes. Undefined if
 * there is none. The text must be well-formed.
 */
export function findLoss(text: string): FieldError | undefined {
  const frames: Frame[] = [];
  const pathTo = (last?: string) =>
    [...frames.map(({ at }) => at), ...(last === undefined ? [] : [last])]
      .map((part) => String(part).slice(0, longestName))
      .join(".");
  for (let index = 0; index < text.length; index += 1) {
    const frame = frames.at(-1);
    switch (text[index]) {
      case "{":
        frames.push({ names: new Set(), at: "", awaitsName: true });
        break;
      case "[":
        frames.push({ names: undefined, at: 0, awaitsName: false });
        break;
      case "}":
      case "]":
        frames.pop();
        break;
      case ",":
        if (frame?.names !== undefined) frame.awaitsName = true;
        else if (frame !== undefined && typeof frame.at === "number") frame.at += 1;
        break;
      case '"': {
        const end = endOfText(text, index);
        if (frame?.names !== undefined && frame.awaitsName) {
          const name = JSON.parse(text.slice(index, end)) as string;
          if (frame.names.has(name)) {
            frames.pop();
            return { path: pathTo(name), code: "duplicate_field", message: "must be named only once" };
          }
          frame.names.add(name);
          frame.at = name;
          frame.awaitsName = false;
        }
        index = end - 1;
        break;
      }
      default: {
        const number = numberAt(text, index);
        if (number === undefined) break;
        if (!isKept(number)) return { path: pathTo(), code: "number_inexact", message: inexact };
        index += number.length - 1;
      }
    }
  }
  return undefined;
}

const inexact =
  "must be a number that comes back as it was sent, as all whole numbers up to 9007199254740991 do; write a longer one as text";

/** Index behind the closing quote of the text that opens at `start`. */
function endOfText(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === '"') return index + 1;
  }
  return text.length;
}

function numberAt(text: string, index: number): string | undefined {
  const number = /-?\d[\d.eE+-]*/y;
  number.lastIndex = index;
  return number.exec(text)?.[0];
}

/** More digits than the greatest double has. */
const mostDigits = 310;

/** Decimal fractions are rounded by every reader of JSON; whoever writes one knows. */
function isKept(number: string): boolean {
  const value = Number(number);
  if (Number.isSafeInteger(value)) return true;
  if (!Number.isFinite(value) || number.length > mostDigits) return false;
  // The digits that JavaScript writes for a double are fewer than those of its exact value, and come back the same.
  return !/^-?\d+$/.test(number) || String(value) === number || BigInt(value) === BigInt(number);
}
