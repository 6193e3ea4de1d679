import type { Trigger } from "../../engine/index.ts";
import type { Audience } from "../task.ts";

export const walkJobId = "tasks.walk";

/** What is done with each contact: `fire` an execution, or `place` the due time of a relative schedule. */
export type WalkPurpose = "fire" | "place";

/** A task's way through the contacts of its audience, in order of their ids. Ids are UUIDs. */
export interface Walk {
  readonly id: string;
  readonly taskId: string;
  readonly purpose: WalkPurpose;
  /** Of `fire`. */
  readonly trigger: Trigger | null;
  readonly scheduledFor: Date | null;
  /** The audience as it was at the beginning. */
  readonly audience: Audience;
  /** Every contact up to this one has been dealt with. */
  readonly afterContact: string | null;
  /** What was done so far, as its purpose counts it. */
  readonly tally: unknown;
  readonly startedAt: Date;
}

export type NewWalk = Pick<Walk, "taskId" | "purpose" | "trigger" | "scheduledFor" | "audience">;

/** What one batch of a walk came to. */
export interface WalkStep {
  readonly isDone: boolean;
  readonly afterContact: string | null;
  readonly tally: object;
}
