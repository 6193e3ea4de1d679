import type { ContactActivity, Reason } from "../../engine/index.ts";
import { type SchedulePolicies, wordCount } from "../schedule/index.ts";

/** How an execution for one contact begins beside those that the contact has under way. */
export type Beginning =
  | { readonly kind: "now" }
  | { readonly kind: "after_previous" }
  | { readonly kind: "instead"; readonly cancel: readonly string[] }
  | { readonly kind: "skipped"; readonly reason: Reason };

/** The overlap policy, contact by contact. */
export function decideBeginning(
  overlap: SchedulePolicies["overlap"],
  activity: ContactActivity | undefined,
): Beginning {
  if (activity === undefined || overlap === "allow") return { kind: "now" };
  if (overlap === "cancel_previous") return { kind: "instead", cancel: activity.ids };
  if (overlap === "queue_one" && !activity.hasPending) return { kind: "after_previous" };
  const waiting = overlap === "queue_one" ? ", and another one waits for it already" : "";
  const message = `An earlier execution of this task for this contact had not ended${waiting}; the overlap policy is ${overlap}.`;
  return { kind: "skipped", reason: { code: "overlap", message } };
}

/** Milliseconds from now until the n-th contact's turn, the first being 0, if so many begin in a minute. */
export function paceDelayMs(pace: {
  readonly pacePerMinute: number | null;
  readonly nth: number;
  readonly startedAt: Date;
  readonly now: Date;
}): number {
  if (pace.pacePerMinute === null) return 0;
  const at = pace.startedAt.getTime() + Math.floor((pace.nth * 60_000) / pace.pacePerMinute);
  return Math.max(0, at - pace.now.getTime());
}

/** What a run over an audience did so far, in contacts. */
export interface FireTally {
  /** That count against the maximum: they got an execution, or one of theirs was under way. */
  readonly taken: number;
  /** That got an execution that runs. */
  readonly queued: number;
  readonly optedOut: number;
  /** For whom the task is over. */
  readonly reached: number;
}

export const nothingFired: FireTally = { taken: 0, queued: 0, optedOut: 0, reached: 0 };

/** Contacts that opted out get a skipped execution each, but no more than this many in one run. */
export const listedOptOuts = 1_000;

/**
 * The one skipped execution that says what a run over an audience left out, undefined if it left out nobody.
 * `beyond` is how many contacts match further than the maximum.
 */
export function describeLeftOut(
  tally: FireTally,
  limits: { readonly beyond: number; readonly maxContactsPerRun: number },
): { readonly reason: Reason; readonly count: number } | undefined {
  const { beyond, maxContactsPerRun } = limits;
  const unlisted = Math.max(0, tally.optedOut - listedOptOuts);
  const parts = [
    {
      code: "audience_limit",
      count: beyond,
      message: `${wordCount(beyond, "contact")} more match, but maxContactsPerRun is ${maxContactsPerRun}.`,
    },
    {
      code: "contact_opted_out",
      count: unlisted,
      message: `${wordCount(unlisted, "contact")} more opted out; the first ${listedOptOuts} have an execution each.`,
    },
    {
      code: "goal_reached",
      count: tally.reached,
      message: `The task is over for ${wordCount(tally.reached, "contact")}.`,
    },
  ].filter(({ count }) => count > 0);
  const [first] = parts;
  if (first !== undefined) {
    const message = parts.map((part) => part.message).join(" ");
    const count = parts.reduce((sum, part) => sum + part.count, 0);
    return { reason: { code: first.code, message }, count };
  }
  if (tally.taken > 0 || tally.optedOut > 0) return undefined;
  return { reason: { code: "audience_empty", message: "No contact matches the audience." }, count: 0 };
}

/** What a contact gets. */
export type Share =
  | { readonly kind: "nothing" }
  | { readonly kind: "skipped"; readonly reason: Reason }
  | { readonly kind: "after_previous" }
  /** `nth`: how many got one that runs before this one. */
  | { readonly kind: "runs"; readonly nth: number; readonly cancel: readonly string[] };

const optedOut: Reason = { code: "contact_opted_out", message: "The contact does not want messages." };

/** What the next contact of a run over an audience gets, and the counts with it. */
export function shareOut(
  tally: FireTally,
  contact: {
    readonly isOptedOut: boolean;
    /** True: the task is over for them. */
    readonly isReached: boolean;
    readonly overlap: SchedulePolicies["overlap"];
    readonly activity: ContactActivity | undefined;
  },
): { readonly tally: FireTally; readonly share: Share } {
  if (contact.isOptedOut) {
    const count = tally.optedOut + 1;
    const share: Share = count > listedOptOuts ? { kind: "nothing" } : { kind: "skipped", reason: optedOut };
    return { tally: { ...tally, optedOut: count }, share };
  }
  if (contact.isReached)
    return { tally: { ...tally, reached: tally.reached + 1 }, share: { kind: "nothing" } };
  const beginning = decideBeginning(contact.overlap, contact.activity);
  const taken = { ...tally, taken: tally.taken + 1 };
  if (beginning.kind === "skipped") return { tally: taken, share: beginning };
  const share: Share =
    beginning.kind === "after_previous"
      ? beginning
      : {
          kind: "runs",
          nth: tally.queued,
          cancel: beginning.kind === "instead" ? beginning.cancel : [],
        };
  return { tally: { ...taken, queued: tally.queued + 1 }, share };
}
