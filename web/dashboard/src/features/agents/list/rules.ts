/** The first day of the month that it is in the zone, `2027-03-01`. */
export function firstOfMonth(now: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", timeZone: timezone });
  return `${parts.format(now)}-01`;
}
