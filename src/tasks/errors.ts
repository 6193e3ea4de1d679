import { defineErrors } from "../base/errors.ts";

export const taskErrors = defineErrors({
  agent_disabled: [422, "The agent is disabled."],
  agent_required: [422, "The task names no agent and the workspace has no default agent."],
  channel_required: [422, "The task names no channel and the contact cannot be reached on any."],
  execution_in_progress: [409, "An execution of this task has not ended yet."],
  execution_not_ended: [409, "The execution has not ended yet."],
  execution_not_replayable: [409, "Only executions of tasks can be replayed."],
  follow_up_time_invalid: [422, "The time of a follow-up must be a date and time to come."],
  replay_would_repeat_messages: [409, "A replay would send messages again."],
  task_deleted: [409, "The execution's task was deleted."],
  task_ended: [409, "The task has ended."],
  task_not_resumable: [409, "The task cannot be resumed as it is."],
  too_many_follow_ups: [409, "The contact has too many open follow-ups."],
});
