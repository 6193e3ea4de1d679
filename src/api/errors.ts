import { defineErrors } from "../base/errors.ts";

/** The codes of the HTTP layer itself. Every module has its own beside these. */
export const apiErrors = defineErrors({
  bad_request: [400, "The request is not well-formed HTTP."],
  malformed_json: [400, "The body is not well-formed JSON."],
  idempotency_key_invalid: [400, "The Idempotency-Key is not 1 to 255 printable ASCII characters."],
  unauthenticated: [401, "The request carries no valid API key or session."],
  scope_missing: [403, "The API key or member may not do this."],
  cross_origin: [403, "A request with a session cookie must come from one of Errand's own pages."],
  metrics_forbidden: [403, "Metrics are served to this machine only, unless a metrics token is set."],
  route_not_found: [404, "There is nothing at this address."],
  tool_unknown: [404, "There is no MCP tool of this name."],
  method_not_allowed: [405, "This address does not take this method."],
  request_timeout: [408, "The request took too long to arrive."],
  idempotency_key_in_progress: [409, "The first request with this Idempotency-Key is still running."],
  idempotency_outcome_unknown: [
    409,
    "The first request with this Idempotency-Key did not finish. Whether it took effect is not known.",
  ],
  body_too_large: [413, "The body is larger than 1 MB."],
  unsupported_media_type: [415, "The body is not application/json."],
  idempotency_key_reused: [422, "This Idempotency-Key was used for another request."],
  rate_limited: [429, "There were too many requests."],
  headers_too_large: [431, "The headers are too large."],
  internal_error: [500, "Something went wrong on our side."],
  database_unavailable: [503, "The database cannot be reached at the moment."],
  database_busy: [503, "Too many changes are being made to the same thing at the moment."],
  commit_uncertain: [503, "The database went away while the change was being stored."],
  shutting_down: [503, "This server is shutting down."],
});
