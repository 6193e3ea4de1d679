import type { UpcomingTouchesItemsItem } from "../../../api/generated/model";

/** More than this of a text is on the contact's page. */
const mostLetters = 120;

/** An attribute's value as people read it. */
export function valueWords(value: unknown): string {
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text;
}

/** "Tue, 14:05", the time that a contact's own clock shows. */
export function localTime(now: number, timezone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: timezone,
  }).format(now);
}

/** "German", or the code itself if it is no known language. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** What follows the time of what is to come. */
export const touchWords: Readonly<Record<UpcomingTouchesItemsItem["kind"], string>> = {
  task: "",
  audience_task: ", as one of an audience",
  relative: ", by a date of theirs",
  held_message: ", when it is given up at the latest",
};
