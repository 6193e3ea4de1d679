import { contactFilterSchema } from "../../contacts/index.ts";

/** Whom a task with an audience is about: a filter over contacts. */
export const audienceFilter = contactFilterSchema;

/** A run that goes on for longer would meet its successors, and mean people who have changed long since. */
const longestRunMinutes = 7 * 24 * 60;

/** True if one run over an audience of the largest size is through within a week. */
export function isFastEnough(audience: {
  readonly maxContactsPerRun: number;
  readonly pacePerMinute: number | null;
}): boolean {
  const { maxContactsPerRun, pacePerMinute } = audience;
  return pacePerMinute === null || maxContactsPerRun <= pacePerMinute * longestRunMinutes;
}

export const slowPace =
  "must be such that maxContactsPerRun contacts take at most 7 days: at least maxContactsPerRun / 10080";
