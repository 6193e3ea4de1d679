import type { AuditEntry } from "../../api/generated/model";
import { toInstant } from "../../components/local-time.ts";

const dayMs = 86_400_000;

/** `apiKey.create` as "API key: create"; the exact word stands in the entry. */
export function describeAction(action: string): string {
  const [kind = "", ...verbs] = action.split(".");
  return `${kindWord(kind)}: ${verbs.join(" ").replaceAll("_", " ")}`;
}

/** `modelProvider` and `model_provider` as "Model provider". */
export function kindWord(kind: string): string {
  const words = kind
    .replaceAll("_", " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.replace(/^Api /, "API ");
}

/** Who it was: a member or an API key by name, or the program itself. */
export function actorName(actor: AuditEntry["actor"], names: ReadonlyMap<string, string>): string {
  if (actor.kind === "system") return "Errand";
  const name = actor.id === null ? undefined : names.get(actor.id);
  if (actor.kind === "api_key") return name === undefined ? "An API key" : `${name} (API key)`;
  return name ?? "A former member";
}

interface Days {
  readonly from?: string;
  readonly to?: string;
}

/** The instants between which whole days of a zone lie; the last day is included. */
export function toInstants({ from, to }: Days, timezone: string): { from?: string; until?: string } {
  return {
    ...(from === undefined ? {} : { from: toInstant(`${from}T00:00`, timezone) }),
    ...(to === undefined ? {} : { until: toInstant(`${dayAfter(to)}T00:00`, timezone) }),
  };
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}
