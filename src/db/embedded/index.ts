export { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
export { EmbeddedPostgresError } from "./errors.ts";
export { findRunningPostgres, hasEmbeddedPostgres } from "./running.ts";
