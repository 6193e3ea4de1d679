/** The embedded database cannot be had. The message is a sentence for the person who starts Errand: what is wrong and what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}
