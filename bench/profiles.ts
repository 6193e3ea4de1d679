export type ProfileName = "default" | "flush 2 ms";

/** PostgreSQL settings under which everything is measured once. */
export interface Profile {
  name: ProfileName;
  settings: Readonly<Record<string, string>>;
}

/**
 * On some machines flushing the log to disk is almost free, which hides what a commit costs elsewhere. The
 * second profile makes every flush wait 2 ms first, as a disk or a network volume would.
 */
export const PROFILES: readonly Profile[] = [
  { name: "default", settings: {} },
  { name: "flush 2 ms", settings: { commit_delay: "2000", commit_siblings: "0" } },
];
