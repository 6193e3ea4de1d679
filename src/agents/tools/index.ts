export { createAgentTools } from "./agent-tools.ts";
export { toolRoutes } from "./http.ts";
export type { ToolSnapshot } from "./tool-definition.ts";
export { createToolFetch, toolFetch } from "./tool-fetch.ts";
export { findMissingTools, loadToolSnapshots } from "./tools.ts";
