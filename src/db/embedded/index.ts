export { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
export { EmbeddedPostgresError } from "./errors.ts";
export { findRunningPostgres } from "./running.ts";
