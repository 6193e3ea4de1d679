import { useTimezone } from "../session/session.ts";
import { useNow } from "./time.tsx";
import { localizeInstants, namesInstant } from "./time-words.ts";

/** A sentence of the API's; the instants in it are read in the member's zone. */
export function ReasonText({ text }: { readonly text: string }) {
  // Few name one, and asking for the zone costs more than a row of a table.
  return namesInstant(text) ? <Localized text={text} /> : text;
}

function Localized({ text }: { readonly text: string }) {
  return localizeInstants(text, useNow(), useTimezone());
}
