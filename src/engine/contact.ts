export interface Contact {
  /** Notes that the database was reached, at this time of its own; true if the silence of others proves anything. */
  readonly reached: (at: Date) => boolean;
}

/**
 * Tells whether workers that have not renewed their lease may be taken for dead. They renew every second or two, but
 * not while the database is away, and it may have been away for all: so this process must have reached it for
 * `staleAfterMs` without a gap of that length. Whoever lives has come back by then.
 */
export function createContact(staleAfterMs: number): Contact {
  let since: number | undefined;
  let last = 0;
  return {
    reached(at) {
      const now = at.getTime();
      // A clock that was set forward looks like a gap; one that was set back must not stop it for as long.
      if (since === undefined || now < last || now - last >= staleAfterMs) since = now;
      last = now;
      return now - since >= staleAfterMs;
    },
  };
}
