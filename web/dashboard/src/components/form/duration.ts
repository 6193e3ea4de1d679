/** Lengths of time as people type them: a number and a unit; the API has whole seconds. */

export const units = ["seconds", "minutes", "hours", "days"] as const;
export type Unit = (typeof units)[number];

export interface DurationValue {
  /** As the number field has it: empty while nothing is typed. */
  readonly amount: number | string;
  readonly unit: Unit;
}

const secondsOf: Readonly<Record<Unit, number>> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

/** Seconds in the largest unit that has no rest; null is an empty field in the unit given. */
export function toDuration(seconds: number | null | undefined, unit: Unit): DurationValue {
  if (seconds === null || seconds === undefined) return { amount: "", unit };
  if (seconds === 0) return { amount: 0, unit };
  const largest = units.findLast((candidate) => seconds % secondsOf[candidate] === 0) ?? "seconds";
  return { amount: seconds / secondsOf[largest], unit: largest };
}

/**
 * The seconds of a field, undefined for an empty one. A part of a second stays, so that the API can refuse it; only what
 * binary fractions add (1.1 minutes are 66.00000000000001 s) is taken off.
 */
export function toSeconds({ amount, unit }: DurationValue): number | undefined {
  if (amount === "") return undefined;
  return Number((Number(amount) * secondsOf[unit]).toFixed(6));
}

/** Seconds in the largest of these units that has no rest: "24 hours", "1 day". None of them fits: in seconds. */
export function inUnit(seconds: number, offered: readonly Unit[]): string {
  if (seconds === 0) return "0";
  const unit =
    units.findLast((known) => offered.includes(known) && seconds % secondsOf[known] === 0) ?? "seconds";
  const amount = seconds / secondsOf[unit];
  return `${amount.toLocaleString("en")} ${amount === 1 ? unit.slice(0, -1) : unit}`;
}
