import { defineErrors } from "../base/errors.ts";

export const agentErrors = defineErrors({
  model_provider_in_use: [409, "Agents use this model provider. Give them another one first."],
});
