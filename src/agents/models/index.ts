export { createModel, type ModelProvider, type SandboxProvider } from "./create-model.ts";
export { ModelError, type ModelErrorCode } from "./errors.ts";
export type {
  FinishReason,
  JsonSchemaObject,
  Model,
  ModelAnswer,
  ModelMessage,
  ModelRequest,
  ModelTool,
  ModelToolCall,
  ModelToolResult,
  ModelUsage,
} from "./messages.ts";
export type { OpenAICompatibleProvider } from "./openai-compatible.ts";
export {
  type PromptContact,
  type PromptSection,
  renderContactMessage,
  renderContactSection,
  renderSection,
  renderTaskSection,
} from "./prompt-sections.ts";
export { callWithRetry, type RetryOptions } from "./retry.ts";
