export { createModel } from "./create-model.ts";
export { ModelError } from "./errors.ts";
export type {
  JsonSchemaObject,
  Model,
  ModelAnswer,
  ModelMessage,
  ModelRequest,
  ModelTool,
  ModelToolCall,
  ModelToolResult,
} from "./messages.ts";
export {
  renderContactMessage,
  renderContactSection,
  renderSection,
  renderTaskSection,
} from "./prompt-sections.ts";
export { callWithRetry } from "./retry.ts";
