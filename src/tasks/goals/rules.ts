import type { Reason } from "../../engine/index.ts";
import type { Goal } from "../task.ts";

const sentences: Readonly<Record<Goal, string>> = {
  goal_met: "An execution met the task's goal.",
  conversation_closed: "The conversation in which the task wrote was closed.",
  contact_replied: "The contact answered in the conversation in which the task wrote.",
};

/** Why a task is over; the code is the goal's name. */
export function describeGoal(goal: Goal): Reason {
  return { code: goal, message: sentences[goal] };
}
