/** What stands in the place of a secret. */
export const secretMark = "[secret]";

/** Takes one tool's secret out of whatever comes back from its server. */
export interface SecretScrubber {
  text(text: string): string;
  /** Every string inside, names of members included. */
  value(value: unknown): unknown;
}

/**
 * A scrubber of the secret in the forms in which servers give back what they were sent: as it is, percent-encoded,
 * escaped as in JSON, in base64 alone and with the user name.
 */
export function createSecretScrubber(secret: string | undefined, username: string | null): SecretScrubber {
  if (secret === undefined || secret === "") return { text: (text) => text, value: (value) => value };
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret, "utf8").toString("base64"),
    Buffer.from(secret, "utf8").toString("base64url"),
    Buffer.from(`${username ?? ""}:${secret}`, "utf8").toString("base64"),
  ];
  // The longest first: one may be a part of another.
  const longestFirst = [...new Set(forms)].sort((left, right) => right.length - left.length);
  const text = (given: string) =>
    longestFirst.reduce((scrubbed, form) => scrubbed.replaceAll(form, secretMark), given);
  const value = (given: unknown): unknown => {
    if (typeof given === "string") return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([name, inner]) => [text(name), value(inner)]));
  };
  return { text, value };
}
