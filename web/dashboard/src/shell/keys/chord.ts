/** Keys that are pressed one after the other: "g", then "t". Pure: times in milliseconds come in. */

/** The first key waits this long for the second. */
const patienceMs = 1_500;

export interface Chord {
  /** What was pressed so far and when, null: nothing. */
  readonly begun: { readonly key: string; readonly at: number } | null;
}

export const noChord: Chord = { begun: null };

interface Pressed {
  readonly chord: Chord;
  /** The keys that are complete now, as commands name them; undefined: none are. */
  readonly keys: string | undefined;
  /** Whether the key was meant here, and nowhere else on the page. */
  readonly isTaken: boolean;
}

/** What a key makes of the ones before it. `known`: the keys of all commands. */
export function press(chord: Chord, key: string, now: number, known: readonly string[]): Pressed {
  const { begun } = chord;
  const isWaiting = begun !== null && now - begun.at < patienceMs;
  const both = isWaiting ? `${begun.key} ${key}` : key;
  if (known.includes(both)) return { chord: noChord, keys: both, isTaken: true };
  if (known.some((keys) => keys.startsWith(`${key} `)))
    return { chord: { begun: { key, at: now } }, keys: undefined, isTaken: true };
  // Whoever errs in the second key did not want what that key does by itself.
  return { chord: noChord, keys: undefined, isTaken: isWaiting };
}
