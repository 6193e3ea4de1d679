import { defineErrors } from "../base/errors.ts";

export const agentErrors = defineErrors({
  budget: [409, "A budget has no room for another model call."],
  model_provider_in_use: [409, "Agents use this model provider. Give them another one first."],
  tool_in_use: [409, "Agents use this tool. Take it from them first, or delete it with force=true."],
  tool_name_taken: [409, "Another tool of the workspace has this name."],
  knowledge_in_use: [
    409,
    "Agents use this knowledge. Take it from them first, or delete it with force=true.",
  ],
});
