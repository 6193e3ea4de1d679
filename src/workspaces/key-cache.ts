import type { Clock } from "../base/clock.ts";
import type { Caller } from "../base/route.ts";

/** How long after its revocation another process may still let a key in. */
export const keyCacheSeconds = 5;
const largest = 1_000;

interface Entry {
  readonly caller: Caller;
  readonly untilMs: number;
  readonly expiresAt: Date | null;
}

/**
 * Keys that were let in during the last seconds, by their hash, so that a busy program costs no look-up per
 * request. Unknown keys are not kept: guessing could otherwise push out the good ones.
 */
export class KeyCache {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #generation = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Take it before a look-up and hand it to `set`: a revocation in between keeps the old answer out. */
  get generation(): number {
    return this.#generation;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(hash: string): Caller | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return undefined;
    const expired = entry.expiresAt !== null && entry.expiresAt <= this.#clock.now();
    if (!expired && entry.untilMs > this.#clock.monotonicMs()) return entry.caller;
    this.#entries.delete(hash);
    return undefined;
  }

  set(hash: string, caller: Caller, expiresAt: Date | null, generation: number): void {
    if (generation !== this.#generation) return;
    // A Map keeps the order of insertion and all entries live equally long, so the first one is the oldest.
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= largest && oldest !== undefined) this.#entries.delete(oldest);
    const untilMs = this.#clock.monotonicMs() + keyCacheSeconds * 1_000;
    this.#entries.set(hash, { caller, untilMs, expiresAt });
  }

  /** Forgets a key; the next request looks it up again. */
  forget(keyId: string): void {
    this.#generation += 1;
    for (const [hash, { caller }] of this.#entries) if (caller.id === keyId) this.#entries.delete(hash);
  }
}
