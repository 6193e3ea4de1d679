/**
 * What a platform is to the rest of the program: data. What differs between platforms is said here, so that nothing
 * else asks for a platform by its name. Platforms are pure: they know this file and `base`, nothing more.
 */
export interface Platform {
  /** Stored in rows; never changes. */
  readonly name: string;
  readonly kinds: readonly ChannelKind[];
  /**
   * What an accepted outgoing message is as soon as it is stored: `sent` where the contact's side fetches it from us,
   * `queued` where a delivery to somebody else's servers has yet to be made.
   */
  readonly storedStatus: "sent" | "queued";
}

/** One way in which an account of the platform is connected. */
export interface ChannelKind {
  /** Stored in rows; never changes. */
  readonly name: string;
  /** Whether the first message of an exchange may be ours. */
  readonly mayWriteFirst: boolean;
}
