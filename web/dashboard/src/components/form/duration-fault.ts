import { inUnit, type Unit } from "./duration.ts";

const range = /\b(?:a whole number between )?(\d+) (and|to) (\d+)\b(?: seconds)?/g;
const single = /\b(\d+) seconds\b/g;

/**
 * What the API says of a field of seconds, in the units that the field has: "must be a whole number between 900 and
 * 86400" is "must be between 15 minutes and 24 hours".
 */
export function sayInUnits(message: string, units: readonly Unit[]): string {
  const say = (digits: string) => inUnit(Number(digits), units);
  return message
    .replace(range, (whole: string, least: string, joint: string, most: string) => {
      const words = `${say(least)} ${joint} ${say(most)}`;
      return whole.startsWith("a whole number") ? `between ${words}` : words;
    })
    .replace(single, (_, digits: string) => say(digits));
}
