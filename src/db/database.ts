import { AsyncLocalStorage } from "node:async_hooks";
import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPoolClient } from "kysely";
import type pg from "pg";
import type { PlacedChange } from "../base/change.ts";
import { type Clock, pause } from "../base/clock.ts";
import { uuidPattern } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import { type ChangeList, createChangeList } from "./changes.ts";
import { createPool, isConflict, isConnectionLoss, type Timeouts } from "./connection.ts";
import type { Signals } from "./signals.ts";
import { createReadOnce, createStatementNames, type StatementNames } from "./statements.ts";
import { createTurns } from "./turns.ts";
import type { DB } from "./types.generated.ts";

/**
 * One transaction. `db` is Kysely bound to its connection, `query` sends a statement as it stands (hot paths name
 * theirs, so that it is prepared once per connection).
 */
export interface Tx {
  readonly db: Kysely<DB>;
  query<R extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<R>>;
  /** Runs after the commit was answered; never if the transaction fails. Must not throw. */
  afterCommit(effect: () => void): void;
  /** Tells whoever watches it, in any process, after the commit. Costs no statement. */
  announce(change: PlacedChange): void;
}

/** Where a statement can be sent: a transaction, or the system's pool for a statement on its own. */
export type Queryable = Pick<Tx, "query">;

/** A transaction that sees one workspace, by row-level security. */
export interface TenantTx extends Tx {
  readonly workspaceId: string;
}

/** A transaction that sees all workspaces: claims, leases, sweep, retention and lookups by secret only. */
export type SystemTx = Tx;

export interface Database {
  /**
   * Runs `work` in a transaction of a workspace. Deadlocks, serialisation failures and connections lost before the
   * commit run it again, so `work` must have no effect outside the database; use `afterCommit` for those.
   * Throws CommitUncertainError when the answer to the commit was lost.
   */
  tenant<T>(workspaceId: string, work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** The same as `errand_system`. */
  system<T>(work: (tx: SystemTx) => Promise<T>): Promise<T>;
  /** Single statements as `errand_system`, without a transaction's round trips. Not repeated on failure. */
  readonly autocommit: Queryable;
  /** Throws if the database does not answer. */
  ping(): Promise<void>;
  /**
   * Runs work that nobody waits for at the moment. Its transactions take turns with those of all other background work:
   * a few at a time, and fewer while requests and replies want transactions too.
   */
  background<T>(work: () => Promise<T>): Promise<T>;
  /** True if somebody asked for a transaction within the last second: background work then takes small bites. */
  isInDemand(): boolean;
  /** True inside `tenant` or `system`; calls to models and other servers assert that it is false. */
  inTransaction(): boolean;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** By which changes are announced. */
  readonly signals: Pick<Signals, "notify">;
  readonly timeouts?: Timeouts;
}

/** The commit was sent and the connection broke before the answer: it may or may not have happened. */
export class CommitUncertainError extends Error {
  override readonly name = "CommitUncertainError";
}

/** How a transaction begins. */
interface Beginning {
  readonly pool: pg.Pool;
  readonly begin: string;
  /**
   * True: the first statement goes out behind `begin` without waiting for its answer, which saves a round trip. Should
   * `begin` alone fail, a tenant's statement knows no workspace: it sees nothing and may write nothing. A statement of
   * the system's would be carried out on its own.
   */
  readonly isSafeWithoutBegin: boolean;
}

/** Together about 15 s, which outlasts a restart of PostgreSQL. */
const attempts = 12;
/** A server that hangs does not even refuse, so that every attempt lasts seconds: then this ends them. */
const longestLossMs = 15_000;
const longestPauseMs = 2_000;
/** How many connections background work leaves to others. */
const connectionsForOthers = 2;
/**
 * With 50 000 tasks due behind it, a trigger took 133 to 236 ms to its model call when background work took every
 * connection it wanted, 46 ms with two, and 18 ms with one and small batches in the sweep; with nothing behind it took
 * 10 ms (medians, two cores).
 */
const backgroundBesideOthers = 1;
/** For how long after somebody asked for a transaction the next request is expected. */
const askedRecentlyMs = 1_000;
const camelCase = new CamelCasePlugin({ maintainNestedObjectKeys: true });

/** Opens the two pools. Connects only when first used. */
export function createDatabase(options: DatabaseOptions): Database {
  const { clock, signals, timeouts = {}, ...pool } = options;
  const { log } = pool;
  const tenantConnections = 10;
  const tenants = createPool({
    ...pool,
    timeouts,
    name: "tenant",
    role: "errand_tenant",
    max: tenantConnections,
  });
  const system = createPool({ ...pool, timeouts, name: "system", role: "errand_system", max: 6 });
  const names = createStatementNames();
  const inside = new AsyncLocalStorage<true>();
  const background = new AsyncLocalStorage<true>();
  const mostInBackground = Math.max(1, tenantConnections - connectionsForOthers);
  let askedAt = Number.NEGATIVE_INFINITY;
  const isInDemand = () => clock.monotonicMs() - askedAt < askedRecentlyMs;
  const takeTurns = createTurns(() => (isInDemand() ? backgroundBesideOthers : mostInBackground));

  /** One transaction begun inside another is an error, which must not have to wait for the other's end. */
  const isBackground = () => background.getStore() === true && inside.getStore() === undefined;

  function tellOf({ changes }: Scope): void {
    for (const signal of changes.signals()) signals.notify("live", signal);
  }

  async function attempt<T, X extends Tx>(
    { pool, begin, isSafeWithoutBegin }: Beginning,
    wrap: (tx: Tx) => X,
    work: (tx: X) => Promise<T>,
  ): Promise<T> {
    const client = await pool.connect();
    const scope: Scope = { effects: [], changes: createChangeList(), isOver: false };
    let broken: Error | undefined;
    try {
      const begun = client.query(begin);
      // Told below or by the statements that follow it.
      begun.catch(() => undefined);
      if (!isSafeWithoutBegin) await begun;
      const tx = wrap(transactionOn(client, scope, names));
      const result = await work(tx);
      scope.isOver = true;
      await begun;
      const ended = await commit(client);
      // After a statement error that `work` swallowed, PostgreSQL answers COMMIT with a rollback.
      if (ended.command !== "COMMIT")
        throw new Error("the transaction was rolled back: a statement's error was ignored");
      // Outside the transaction's context: an effect may wake something that begins a transaction of its own.
      inside.exit(() =>
        background.exit(() => {
          for (const effect of scope.effects) effect();
          tellOf(scope);
        }),
      );
      return result;
    } catch (error) {
      scope.isOver = true;
      // It may have happened: those who look in vain lose less than those who never look.
      if (error instanceof CommitUncertainError) tellOf(scope);
      await client.query("rollback").catch((cause: Error) => {
        broken = cause;
      });
      throw error;
    } finally {
      // A connection whose rollback failed is in an unknown state and must not go back into the pool.
      client.release(broken);
    }
  }

  async function run<T, X extends Tx>(
    beginning: Beginning,
    wrap: (tx: Tx) => X,
    work: (tx: X) => Promise<T>,
  ): Promise<T> {
    // A second connection taken inside a transaction can starve the pool for ever: each waits for the other's.
    if (inside.getStore()) throw new Error("a transaction was begun inside another one");
    const begunAt = clock.monotonicMs();
    for (let tried = 1; ; tried += 1) {
      try {
        return await inside.run(true, () => attempt(beginning, wrap, work));
      } catch (error) {
        const lost = isConnectionLoss(error) && clock.monotonicMs() - begunAt < longestLossMs;
        if (tried >= attempts || !(lost || isConflict(error))) throw error;
        log.debug({ err: error, tried }, "transaction runs again");
        await pause(clock, Math.min(longestPauseMs, 20 * 2 ** tried) * (0.5 + Math.random() / 2));
      }
    }
  }

  return {
    tenant(workspaceId, work) {
      // The id goes into the text of `begin`, which saves a round trip, so it must be nothing but a UUID.
      if (!uuidPattern.test(workspaceId)) throw new Error("a workspace's id is a UUID in lower case");
      const begin = `begin; set local app.workspace_id = '${workspaceId}'`;
      const beginning = { pool: tenants, begin, isSafeWithoutBegin: true };
      const transact = () => run(beginning, (tx): TenantTx => Object.assign(tx, { workspaceId }), work);
      if (isBackground()) return takeTurns(transact);
      askedAt = clock.monotonicMs();
      return transact();
    },
    system(work) {
      const beginning = { pool: system, begin: "begin", isSafeWithoutBegin: false };
      const transact = () => run(beginning, (tx) => tx, work);
      return isBackground() ? takeTurns(transact) : transact();
    },
    isInDemand,
    background: (work) => background.run(true, work),
    autocommit: {
      async query(statement) {
        if (inside.getStore()) throw new Error("a single statement was sent inside a transaction");
        return await system.query(statement);
      },
    },
    async ping() {
      await system.query("select 1");
    },
    inTransaction: () => inside.getStore() === true,
    async close() {
      await Promise.all([tenants.end(), system.end()]);
    },
  };
}

async function commit(client: pg.PoolClient): Promise<pg.QueryResult> {
  try {
    return await client.query("commit");
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    throw new CommitUncertainError("the connection broke during a commit", { cause: error });
  }
}

/** What a transaction gathers while it runs. */
interface Scope {
  readonly effects: (() => void)[];
  readonly changes: ChangeList;
  isOver: boolean;
}

function transactionOn(client: pg.PoolClient, scope: Scope, names: StatementNames): Tx {
  // Of reads made side by side one may fail while another has not asked for everything yet. By then the connection may
  // be in a transaction of another workspace.
  const send = (statement: pg.QueryConfig): Promise<pg.QueryResult> => {
    if (scope.isOver) throw new Error("a statement was sent after its transaction had ended");
    return client.query(statement);
  };
  const reads = createReadOnce();
  // Kysely's own signature, which also has cursors; nobody here asks for one.
  const sendBuilt = (text: string, values: readonly unknown[]): Promise<pg.QueryResult> => {
    const name = names.nameOf(text);
    const statement = { text, values: [...values], ...(name === undefined ? {} : { name }) };
    return reads.read(text, values, () => send(statement));
  };
  // Kysely asks its "pool" for a connection per statement; it always gets this transaction's.
  const connection: PostgresPoolClient = {
    query: (...args: readonly unknown[]) => Reflect.apply(sendBuilt, undefined, args),
    release: () => undefined,
  };
  const pool = { connect: async () => connection, end: async () => undefined, options: {} };
  const dialect = new PostgresDialect({ pool });
  let db: Kysely<DB> | undefined;
  return {
    get db() {
      db ??= new Kysely<DB>({ dialect, plugins: [camelCase] });
      return db;
    },
    async query(statement) {
      reads.forget();
      return await send(statement);
    },
    afterCommit: (effect) => {
      scope.effects.push(effect);
    },
    announce: (change) => scope.changes.add(change),
  };
}
