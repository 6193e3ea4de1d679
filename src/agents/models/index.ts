export { createModel } from "./create-model.ts";
export { ModelError } from "./errors.ts";
export { type HttpProviderKind, httpProviderKinds, modelServerKinds } from "./kinds.ts";
export { listModels } from "./list-models.ts";
export type {
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
export { describeNetworkFault } from "./network-faults.ts";
export { type CallPlaces, createCallPlaces } from "./places.ts";
export {
  renderContactMessage,
  renderContactSection,
  renderSection,
  renderTaskSection,
} from "./prompt-sections.ts";
export { callWithRetry } from "./retry.ts";
