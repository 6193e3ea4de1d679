import { defineErrors } from "../base/errors.ts";

export const taskErrors = defineErrors({
  agent_required: [422, "The task names no agent and the workspace has no default agent."],
  channel_required: [422, "The task names no channel and the contact cannot be reached on any."],
  execution_in_progress: [409, "An execution of this task has not ended yet."],
  task_ended: [409, "The task has ended."],
  task_not_resumable: [409, "The task cannot be resumed as it is."],
});
