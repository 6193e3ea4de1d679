/**
 * Whether `name` is an IANA zone or link, and if only its capitals are wrong, how it is written. Offsets ("+02:00")
 * and date strings with a zone, which Temporal would also read, are not names.
 */
export function checkTimezoneName(
  name: string,
): { readonly known: true } | { readonly known: false; readonly meant: string | null } {
  if (!/^[A-Za-z]/.test(name)) return { known: false, meant: null };
  let written: string;
  try {
    // Temporal keeps the name it was given (Intl answers Asia/Calcutta for Asia/Kolkata) and corrects its case.
    written = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return { known: false, meant: null };
  }
  return written === name ? { known: true } : { known: false, meant: written };
}
