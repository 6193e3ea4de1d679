export { createApi, createOperationsServer } from "./api.ts";
export type { ApiOptions } from "./context.ts";
export { apiErrors } from "./errors.ts";
export { mcpRoute } from "./mcp/route.ts";
export { apiMetrics } from "./observe.ts";
export { buildOpenApi, type OpenApiOptions } from "./openapi.ts";
export type { HealthCheck, OperationsOptions } from "./operations.ts";
export { renderErrorReference } from "./reference.ts";
export { allErrors } from "./server.ts";
