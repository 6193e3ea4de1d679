/** How texts and times are shown. Nothing here takes HTML: whatever somebody wrote stays text. */

const links = /https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?]/g;

/** Fills an element with a text whose web addresses are links. */
export function showText(element, text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(links)) {
    const link = document.createElement("a");
    link.href = match[0];
    link.textContent = match[0];
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    parts.push(text.slice(from, match.index), link);
    from = match.index + match[0].length;
  }
  element.replaceChildren(...parts, text.slice(from));
}

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const relativeDays = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function clockTime(instant) {
  return clockFormat.format(instant);
}

export function exactTime(instant) {
  return exactFormat.format(instant);
}

export function isSameDay(left, right) {
  return left.toDateString() === right.toDateString();
}

/** “Today”, “Yesterday”, or the date. */
export function dayName(instant) {
  const dayMs = 86_400_000;
  const age = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(instant).setHours(0, 0, 0, 0)) / dayMs);
  if (age > 1) return dayFormat.format(instant);
  const name = relativeDays.format(-age, "day");
  return name.charAt(0).toUpperCase() + name.slice(1);
}
