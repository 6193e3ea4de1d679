import { BoundedCache } from "./bounded-cache.ts";
import { DAY_MS } from "./calendar.ts";

/**
 * A stretch of time in which a zone keeps one offset. `start` (inclusive) and `end` (exclusive) are epoch
 * ms, infinite where the zone never changed before or will not change after; `offset` is local minus UTC.
 */
export interface ZoneSegment {
  start: number;
  end: number;
  offset: number;
}

/** About 398 days; a power of two only because it is a round number of milliseconds. */
const BUCKET_MS = 2 ** 35;

/** No zone was ever more than 16 hours from UTC. */
const MAX_OFFSET_MS = DAY_MS;

/** The longest time by which a clock was ever put back is 24 hours (Alaska, 1867). */
const MAX_REPEAT_MS = 2 * DAY_MS;

/*
 * Safe to share in the process: an entry depends on the zone's name, the bucket and the time zone data of
 * the running Node alone. 418 zones in use for ten years are 4 000 entries of some 200 bytes. Asking
 * Temporal for a transition takes 8 µs, looking here 0.1 µs.
 */
const segmentsByBucket = new BoundedCache<Segments>(8_192);

/** Ascending, without holes; never empty. */
type Segments = readonly [ZoneSegment, ...ZoneSegment[]];

/** Returns the segment of `timezone` that holds `instant` (epoch ms). Throws RangeError for unknown zones. */
export function segmentAt(timezone: string, instant: number): ZoneSegment {
  const bucket = Math.floor(instant / BUCKET_MS);
  const segments = segmentsByBucket.get(`${timezone} ${bucket}`, () => loadSegments(timezone, bucket));
  let [found] = segments;
  for (const segment of segments) {
    if (segment.start <= instant) found = segment;
  }
  return found;
}

function loadSegments(timezone: string, bucket: number): Segments {
  const bucketEnd = (bucket + 1) * BUCKET_MS;
  // One ms later, because "previous" does not answer with the very instant it is asked about.
  const inside = Temporal.Instant.fromEpochMilliseconds(bucket * BUCKET_MS + 1).toZonedDateTimeISO(timezone);
  const start = inside.getTimeZoneTransition("previous")?.epochMilliseconds ?? Number.NEGATIVE_INFINITY;
  let next = inside.getTimeZoneTransition("next");
  const segments: [ZoneSegment, ...ZoneSegment[]] = [{ start, end: endAt(next), offset: offsetOf(inside) }];
  while (next !== null && next.epochMilliseconds < bucketEnd) {
    const current = next;
    next = current.getTimeZoneTransition("next");
    segments.push({ start: current.epochMilliseconds, end: endAt(next), offset: offsetOf(current) });
  }
  return segments;
}

function endAt(next: Temporal.ZonedDateTime | null): number {
  return next?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
}

function offsetOf(inside: Temporal.ZonedDateTime): number {
  return inside.offsetNanoseconds / 1e6;
}

/** Returns the local time (local ms) that the clocks of `timezone` show at `instant` (epoch ms). */
export function localAt(timezone: string, instant: number): number {
  return instant + segmentAt(timezone, instant).offset;
}

/**
 * Returns the latest local time that the clocks have shown up to and including `instant`: in a repeated
 * hour, that is the end of the hour's first pass.
 */
export function latestLocalUntil(timezone: string, instant: number): number {
  let segment = segmentAt(timezone, instant);
  let latest = instant + segment.offset;
  while (segment.start > instant - MAX_REPEAT_MS) {
    const lastBefore = segment.start - 1;
    segment = segmentAt(timezone, lastBefore);
    latest = Math.max(latest, lastBefore + segment.offset);
  }
  return latest;
}

/**
 * Returns the first instant (epoch ms) at which the clocks show `local` or later. That is the product's
 * rule for a fixed time: one that exists twice is its first pass, one that does not exist is the first
 * instant after the gap.
 */
export function firstInstantShowing(timezone: string, local: number): number {
  let segment = segmentAt(timezone, local - MAX_OFFSET_MS);
  while (local - segment.offset >= segment.end) segment = segmentAt(timezone, segment.end);
  return Math.max(segment.start, local - segment.offset);
}
