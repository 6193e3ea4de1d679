import type { ContactImport, ImportContactsBody } from "../../../../api/generated/model";
import { ApiError, ConnectionError, sentenceOf } from "../../../../api/problem.ts";
import { createStore, type Store } from "../../../../api/store.ts";
import type { MappedRow, RowFault } from "../mapping/rows.ts";
import { type Batch, Claims, inLines, toBatches } from "./batches.ts";

export type RowOutcome = "created" | "updated" | "unchanged" | "failed";

/** What became of a row, or would become of it. */
export interface RowResult {
  readonly line: number;
  readonly outcome: RowOutcome;
  readonly faults: readonly RowFault[];
}

export type Counts = Readonly<Record<RowOutcome, number>>;

export interface RunState {
  readonly phase: "running" | "stopped" | "broken" | "done";
  readonly done: number;
  readonly total: number;
  readonly counts: Counts;
  /** Why it waits at this moment; it goes on by itself. */
  readonly waitsFor: string | null;
  /** Why it broke off; it can be resumed. */
  readonly fault: string | null;
}

export interface ImportRun {
  readonly state: Store<RunState>;
  /** In the order of the file, as far as it has come. */
  results(): readonly RowResult[];
  /** Begins, or goes on after it broke off or was stopped: with the same request under the same key, so that nothing is done twice. */
  start(): Promise<void>;
  /** Ends it after the request that is under way. */
  stop(): void;
}

interface RunOrder {
  readonly rows: readonly MappedRow[];
  readonly dryRun: boolean;
  send(body: ImportContactsBody, idempotencyKey: string): Promise<ContactImport>;
  /** Waits; ends early when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

const longestPauseMs = 5_000;
const firstPauseMs = 1_000;
/** A server that fails this often in a row does not mend by itself. */
const mostServerFaults = 4;
/** The same request again is wrong; these say that another one may be right. */
const aboutCaller: ReadonlySet<number> = new Set([401, 403]);

/** Sends the rows of a file, request after request. */
export function createImportRun({ rows, dryRun, send, pause }: RunOrder): ImportRun {
  const batches = toBatches(rows.filter(({ faults }) => faults.length === 0));
  const refused = rows.filter(({ faults }) => faults.length > 0);
  const results: RowResult[] = refused.map(({ line, faults }) => ({ line, outcome: "failed", faults }));
  const claims = new Claims();
  const state = createStore<RunState>({
    phase: "running",
    done: refused.length,
    total: rows.length,
    counts: countsOf(results),
    waitsFor: null,
    fault: null,
  });
  const change = (changes: Partial<RunState>) => state.set({ ...state.get(), ...changes });
  let stopped = new AbortController();
  let next = 0;
  let key = crypto.randomUUID();

  async function start(): Promise<void> {
    stopped = new AbortController();
    change({ phase: "running", fault: null });
    for (let batch = batches[next]; batch !== undefined; batch = batches[next]) {
      if (stopped.signal.aborted) return change({ phase: "stopped", waitsFor: null });
      try {
        record(await doBatch(batch));
      } catch (error) {
        if (stopped.signal.aborted) return change({ phase: "stopped", waitsFor: null });
        return change({ phase: "broken", waitsFor: null, fault: sentenceOf(error) });
      }
      next += 1;
      key = crypto.randomUUID();
    }
    change({ phase: "done", waitsFor: null });
  }

  /** Rows that repeat those of earlier requests are not sent. */
  async function doBatch(batch: Batch): Promise<readonly RowResult[]> {
    const failed: RowResult[] = [];
    const fit: MappedRow[] = [];
    for (const row of batch) {
      const fault = claims.findEarlier(row);
      if (fault === undefined) fit.push(row);
      else failed.push({ line: row.line, outcome: "failed", faults: [fault] });
    }
    if (fit.length === 0) return failed;
    return [...failed, ...(await sendBatch(fit))];
  }

  async function sendBatch(fit: Batch): Promise<readonly RowResult[]> {
    try {
      const answer = await sendSurely({ rows: fit.map(({ row }) => row), dryRun });
      return toResults(fit, answer, claims);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500 || aboutCaller.has(error.status)) throw error;
      const faults = [{ path: "", message: error.message }];
      return fit.map(({ line }) => ({ line, outcome: "failed", faults }));
    }
  }

  /** Sends one request until it is answered, through lost connections and a server that asks for patience. */
  async function sendSurely(body: ImportContactsBody): Promise<ContactImport> {
    let serverFaults = 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await send(body, key);
        change({ waitsFor: null });
        return answer;
      } catch (error) {
        if (isServerFault(error)) serverFaults += 1;
        const patience = patienceWith(error);
        if (patience === undefined || serverFaults >= mostServerFaults) throw error;
        // Whether it was done is not known: a row that was is unchanged the second time.
        if (isOutcomeUnknown(error)) key = crypto.randomUUID();
        change({ waitsFor: patience.why });
        await pause(patience.ms ?? Math.min(firstPauseMs * 2 ** attempt, longestPauseMs), stopped.signal);
        if (stopped.signal.aborted) throw error;
      }
    }
  }

  function record(batch: readonly RowResult[]): void {
    results.push(...batch);
    const { counts, done } = state.get();
    const added = countsOf(batch);
    change({
      done: done + batch.length,
      counts: {
        created: counts.created + added.created,
        updated: counts.updated + added.updated,
        unchanged: counts.unchanged + added.unchanged,
        failed: counts.failed + added.failed,
      },
    });
  }

  return {
    state,
    results: () => results.toSorted((one, other) => one.line - other.line),
    start,
    stop: () => stopped.abort(),
  };
}

function toResults(batch: Batch, { items }: ContactImport, claims: Claims): readonly RowResult[] {
  return items.flatMap(({ index, result, contactId, errors }): readonly RowResult[] => {
    const row = batch[index];
    if (row === undefined) return [];
    const { line } = row;
    if (result === "failed")
      return [
        {
          line,
          outcome: result,
          faults: errors.map(({ path, message }) => ({ path, message: inLines(message, batch) })),
        },
      ];
    const other = claims.lineOf(contactId);
    if (other !== undefined) {
      const message = `means the same contact as line ${other}`;
      return [{ line, outcome: "failed", faults: [{ path: "", message }] }];
    }
    claims.add(row, contactId);
    return [{ line, outcome: result, faults: [] }];
  });
}

function isServerFault(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 500;
}

function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof ApiError && error.code === "idempotency_outcome_unknown";
}

interface Patience {
  readonly why: string;
  /** What the server asked for. */
  readonly ms?: number;
}

/** Whether the same request may succeed later, and why it has to wait; undefined if not. */
function patienceWith(error: unknown): Patience | undefined {
  if (error instanceof ConnectionError)
    return { why: "The connection is lost. It goes on by itself when it is back." };
  if (!(error instanceof ApiError)) return undefined;
  const ms = error.retryAfterSeconds === null ? {} : { ms: error.retryAfterSeconds * 1_000 };
  if (error.status === 429) return { why: "The server asks for a pause. It goes on by itself.", ...ms };
  if (error.status === 409) return { why: "The server still works on the last rows.", ...ms };
  if (isServerFault(error))
    return { why: "The server did not do the last rows. They are sent again.", ...ms };
  return undefined;
}

function countsOf(rows: readonly RowResult[]): Counts {
  const count = (wanted: RowOutcome) => rows.filter(({ outcome }) => outcome === wanted).length;
  return {
    created: count("created"),
    updated: count("updated"),
    unchanged: count("unchanged"),
    failed: count("failed"),
  };
}
