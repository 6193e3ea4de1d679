import { AsyncResource } from "node:async_hooks";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import {
  addKinds,
  beginLife,
  connectionBroke,
  enqueue,
  type Life,
  readExecution,
  readSteps,
  takeAway,
  withAutocommit,
} from "../../test/engine.ts";
import { CommitUncertainError, type Database, type TenantTx } from "../db/index.ts";
import { promote } from "./claim-store.ts";
import { cancelExecutions } from "./ending.ts";
import { ExecutionStop } from "./stops.ts";

let core: TestCore;
let workspaceId: string;

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  const admin = new pg.Client({ connectionString: core.url });
  await admin.connect();
  await admin.query(`create table marks (workspace_id uuid not null, text text not null);
    call protect_table('marks', 'select, insert')`);
  await admin.end();
  addKinds(core, { name: "test", run: async () => ({ status: "completed", outcome: "none" }) });
});
afterAll(() => core.close());

const start = () => enqueue(core, workspaceId, { kind: "test" });
const fenced = { name: "ExecutionStop", stop: "fenced" };

async function mark(tx: TenantTx, text: string): Promise<void> {
  await tx.query({ text: "insert into marks values ($1, $2)", values: [tx.workspaceId, text] });
}

async function countMarks(text: string): Promise<number> {
  const { rowCount } = await core.db.autocommit.query({
    text: "select 1 from marks where text = $1",
    values: [text],
  });
  return rowCount ?? 0;
}

/** A piece of work that says when it was begun and is ended by the test. */
function heldWork<T>() {
  const begun = Promise.withResolvers<string>();
  const end = Promise.withResolvers<T>();
  return {
    begun: begun.promise,
    end,
    work: (call: { readonly idempotencyKey: string }) => {
      begun.resolve(call.idempotencyKey);
      return end.promise;
    },
  };
}

const never = async (): Promise<never> => {
  throw new Error("this must not be called again");
};

describe("step", () => {
  test("records what work answers, and answers what was recorded in every later attempt", async () => {
    const id = await start();
    const first = await beginLife(core, id);
    const output = { at: new Date(0), text: "a\u0000b" };
    const stored = { at: "1970-01-01T00:00:00.000Z", text: "ab" };
    expect(await first.ctx.step("note", "n", async () => ({ output }))).toEqual(stored);
    expect(await first.ctx.step("note", "empty", async () => ({ output: undefined }))).toBeUndefined();
    const second = await beginLife(core, id);
    expect(await second.ctx.step("note", "n", never)).toEqual(stored);
    expect(await second.ctx.step("note", "empty", never)).toBeUndefined();
    expect(second.ctx.nextSeq).toBe(3);
  });

  test("counts the same usage when it replays as when it ran", async () => {
    const id = await start();
    const run = async ({ ctx }: Life) => {
      const tokens = { inputTokens: 7, outputTokens: 2, costUsd: "0.01" };
      await ctx.step("model", "m", async () => ({ output: 1, ...tokens }));
      await ctx.effect("t", { input: 1, idempotent: false }, async () => 1);
      await ctx.transact("message", "send", async () => ({ output: 1, toolCall: true }));
      await ctx.note("remark", "x");
      return ctx.currentUsage();
    };
    const usage = await run(await beginLife(core, id));
    expect(usage).toEqual({ iterations: 1, toolCalls: 2, inputTokens: 7, outputTokens: 2, costUsd: "0.01" });
    expect(await run(await beginLife(core, id))).toEqual(usage);
  });

  test("records nothing when work throws, and passes the error on", async () => {
    const id = await start();
    const { ctx } = await beginLife(core, id);
    await expect(
      ctx.step("note", "n", async () => {
        throw new Error("no luck");
      }),
    ).rejects.toThrow("no luck");
    expect(await readSteps(core, workspaceId, id)).toEqual([]);
  });

  test("a name with NUL or half a surrogate pair is cleaned, and found again", async () => {
    const id = await start();
    const name = "tool\u0000\ud83d";
    const run = ({ ctx }: Life, work: () => Promise<number>) =>
      ctx.effect(name, { input: 1, idempotent: false }, work);
    await run(await beginLife(core, id), async () => 5);
    expect(await run(await beginLife(core, id), never)).toEqual({ status: "done", value: 5 });
    expect((await readSteps(core, workspaceId, id))[0]?.name).toBe("tool\ufffd");
  });
});

describe("a journal of other code", () => {
  test.each([
    ["another name", (ctx: Life["ctx"]) => ctx.step("note", "b", never)],
    ["another kind", (ctx: Life["ctx"]) => ctx.step("model", "a", never)],
    ["an effect", (ctx: Life["ctx"]) => ctx.effect("a", { input: 1, idempotent: true }, never)],
    ["a wait", (ctx: Life["ctx"]) => ctx.wait("a", 1)],
    ["a checkpoint", (ctx: Life["ctx"]) => ctx.checkpoint({})],
    ["a change", (ctx: Life["ctx"]) => ctx.transact("message", "a", never)],
  ])("%s ends it with journal_mismatch", async (_what, ask) => {
    const id = await start();
    await (await beginLife(core, id)).ctx.note("a", 1);
    const { ctx } = await beginLife(core, id);
    const error = await ask(ctx).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ stop: "journal_mismatch" });
    expect(ctx.isStop(error)).toBe(true);
    expect(await readSteps(core, workspaceId, id)).toHaveLength(1);
  });
});

describe("transact", () => {
  test("commits the change and its step together, once", async () => {
    const id = await start();
    const { ctx, row } = await beginLife(core, id);
    const key = await ctx.transact("message", "send", async (tx, step) => {
      await mark(tx, row.id);
      return { output: step.idempotencyKey };
    });
    expect(key).toBe(`${id}:1`);
    expect(await (await beginLife(core, id)).ctx.transact("message", "send", never)).toBe(key);
    expect(await countMarks(id)).toBe(1);
  });

  test("leaves neither when work throws", async () => {
    const id = await start();
    const { ctx } = await beginLife(core, id);
    const change = ctx.transact("message", "send", async (tx) => {
      await mark(tx, id);
      throw new Error("no luck");
    });
    await expect(change).rejects.toThrow("no luck");
    expect(await countMarks(id)).toBe(0);
    expect(await readSteps(core, workspaceId, id)).toEqual([]);
  });

  test("of an attempt that was overtaken in the middle leaves nothing", async () => {
    const id = await start();
    const old = await beginLife(core, id);
    // Bound outside: it is somebody else who overtakes, and not the transaction.
    const overtake = AsyncResource.bind(() =>
      core.db.autocommit.query({
        text: "update executions set attempt = attempt + 1 where id = $1",
        values: [id],
      }),
    );
    const change = old.ctx.transact("message", "send", async (tx) => {
      await mark(tx, id);
      await overtake();
      return { output: 1 };
    });
    await expect(change).rejects.toMatchObject(fenced);
    expect(await countMarks(id)).toBe(0);
  });

  test.each([true, false])(
    "a commit whose answer was lost happens once (it had happened: %s)",
    async (happened) => {
      const id = await start();
      let calls = 0;
      const db: Database = {
        ...core.db,
        async tenant(workspace, work) {
          calls += 1;
          if (calls > 1) return core.db.tenant(workspace, work);
          const undo = new Error("undo");
          await core.db
            .tenant(workspace, async (tx) => {
              await work(tx);
              if (!happened) throw undo;
            })
            .catch((error: unknown) => {
              if (error !== undo) throw error;
            });
          throw new CommitUncertainError("the connection broke during a commit");
        },
      };
      const { ctx } = await beginLife(core, id, { db });
      let runs = 0;
      const answer = await ctx.transact("message", "send", async (tx) => {
        runs += 1;
        await mark(tx, id);
        return { output: runs, toolCall: true };
      });
      expect({ answer, runs }).toEqual(happened ? { answer: 1, runs: 1 } : { answer: 2, runs: 2 });
      expect(await countMarks(id)).toBe(1);
      expect(ctx.currentUsage().toolCalls).toBe(1);
    },
  );
});

describe("effect", () => {
  const options = (idempotent: boolean) => ({ input: { to: "x" }, idempotent });

  test("records the intent before and the result after, and does it once", async () => {
    const id = await start();
    const { ctx } = await beginLife(core, id);
    let before: number | undefined;
    const done = await ctx.effect("mail", options(false), async ({ idempotencyKey }) => {
      before = (await readSteps(core, workspaceId, id)).length;
      return idempotencyKey;
    });
    expect(before).toBe(1);
    expect(done).toEqual({ status: "done", value: `${id}:1` });
    const again = await (await beginLife(core, id)).ctx.effect("mail", options(false), never);
    expect(again).toEqual(done);
  });

  test("a failure is a result too, and is not tried again", async () => {
    const id = await start();
    const fail = async () => {
      throw new Error("mailbox full");
    };
    const failed = { status: "failed", error: { code: "tool_failed", message: "mailbox full" } };
    expect(await (await beginLife(core, id)).ctx.effect("mail", options(false), fail)).toEqual(failed);
    expect(await (await beginLife(core, id)).ctx.effect("mail", options(false), never)).toEqual(failed);
  });

  test("after a crash between intent and result it is unknown, now and for ever", async () => {
    const id = await start();
    const held = heldWork<string>();
    const old = await beginLife(core, id);
    void old.ctx.effect("mail", options(false), held.work).catch(() => undefined);
    await held.begun;
    const unknown = {
      ...{ status: "unknown", idempotencyKey: `${id}:1` },
      error: { code: "unknown", message: expect.stringContaining("not known") },
    };
    expect(await (await beginLife(core, id)).ctx.effect("mail", options(false), never)).toEqual(unknown);
    expect(await (await beginLife(core, id)).ctx.effect("mail", options(false), never)).toEqual(unknown);
  });

  test("an idempotent one is made again with the same key, and counts as one tool call", async () => {
    const id = await start();
    const held = heldWork<string>();
    const old = await beginLife(core, id);
    void old.ctx.effect("mail", options(true), held.work).catch(() => undefined);
    const key = await held.begun;
    const { ctx } = await beginLife(core, id);
    const again = await ctx.effect("mail", options(true), async ({ idempotencyKey }) => idempotencyKey);
    expect(again).toEqual({ status: "done", value: key });
    expect(ctx.currentUsage().toolCalls).toBe(1);
  });

  test("a result that comes after a cancel is kept on the intent and changes nothing else", async () => {
    const id = await start();
    const held = heldWork<string>();
    const { ctx, abort } = await beginLife(core, id);
    const effect = ctx.effect("mail", options(false), held.work).catch((error: unknown) => error);
    await held.begun;
    await core.db.tenant(workspaceId, (tx) =>
      cancelExecutions(core, tx, { ids: [id] }, { code: "canceled_by_member", message: "Cancelled." }),
    );
    abort.abort(new ExecutionStop("canceled", "cancelled"));
    held.end.resolve("sent\u0000 after all");
    expect(await effect).toMatchObject(fenced);
    const steps = await readSteps(core, workspaceId, id);
    expect(steps).toHaveLength(1);
    expect(steps[0]?.late).toEqual({ output: "sent after all" });
    expect(await readExecution(core, workspaceId, id)).toMatchObject({
      status: "canceled",
      reasonCode: "canceled_by_member",
    });
  });

  test("a late result is kept also when another attempt has gone on, and only the first one", async () => {
    const id = await start();
    const first = heldWork<string>();
    const old = await beginLife(core, id);
    const stale = old.ctx.effect("mail", options(true), first.work).catch((error: unknown) => error);
    await first.begun;
    // The idempotent effect is made again by a second attempt, which is overtaken as well.
    const second = heldWork<string>();
    const middle = await beginLife(core, id);
    const repeated = middle.ctx.effect("mail", options(true), second.work).catch((error: unknown) => error);
    await second.begun;
    await beginLife(core, id);
    second.end.resolve("second");
    expect(await repeated).toMatchObject(fenced);
    expect((await readSteps(core, workspaceId, id))[0]?.late).toEqual({ output: "second" });
    first.end.resolve("first");
    expect(await stale).toMatchObject(fenced);
    expect((await readSteps(core, workspaceId, id))[0]?.late).toEqual({ output: "second" });
  });

  test("an abort in the middle is no result: nothing tells what the other side did", async () => {
    const id = await start();
    const held = heldWork<string>();
    const { ctx, abort } = await beginLife(core, id);
    const effect = ctx.effect("mail", options(false), held.work).catch((error: unknown) => error);
    await held.begun;
    abort.abort(new ExecutionStop("shutdown", "stopping"));
    // What libraries throw for an aborted request, whatever the signal's reason was.
    held.end.reject(new DOMException("This operation was aborted", "AbortError"));
    await effect;
    expect(await readSteps(core, workspaceId, id)).toHaveLength(1);
    const { ctx: next } = await beginLife(core, id);
    expect(await next.effect("mail", options(false), never)).toMatchObject({ status: "unknown" });
  });

  test("is not begun without a fresh lease, neither before nor after the intent", async () => {
    const id = await start();
    const lost = new ExecutionStop("lease_lost", "stale");
    let fresh = 1;
    const guard = () => {
      if (fresh-- <= 0) throw lost;
    };
    const { ctx } = await beginLife(core, id, { guard });
    await expect(ctx.effect("mail", options(false), never)).rejects.toBe(lost);
    expect(await readSteps(core, workspaceId, id)).toHaveLength(1);
    fresh = 0;
    await expect(ctx.effect("other", options(false), never)).rejects.toBe(lost);
    expect(await readSteps(core, workspaceId, id)).toHaveLength(1);
  });

  test("is not begun when the intent was refused", async () => {
    const id = await start();
    const { ctx } = await beginLife(core, id);
    await takeAway(core, id);
    await expect(ctx.effect("mail", options(true), never)).rejects.toMatchObject(fenced);
  });
});

describe("wait", () => {
  test("takes the execution off its worker until its time, and is passed in the next attempt", async () => {
    const id = await start();
    const { ctx } = await beginLife(core, id);
    await expect(ctx.wait("until tomorrow", 3_600)).rejects.toMatchObject({ stop: "suspended" });
    const waiting = await readExecution(core, workspaceId, id);
    expect(waiting).toMatchObject({ status: "waiting", waitingFor: "time", deadlineAt: null });
    expect(waiting.availableAt.getTime() - Date.now()).toBeGreaterThan(3_500_000);
    await promote(core.db);
    expect(await readExecution(core, workspaceId, id)).toMatchObject({ status: "waiting" });
    await core.db.autocommit.query({
      text: "update executions set available_at = clock_timestamp() where id = $1",
      values: [id],
    });
    await promote(core.db);
    const next = await beginLife(core, id);
    await next.ctx.wait("until tomorrow", 3_600);
    expect(next.ctx.nextSeq).toBe(2);
  });

  test("of an attempt that was overtaken is refused", async () => {
    const id = await start();
    const old = await beginLife(core, id);
    const next = await beginLife(core, id);
    await expect(old.ctx.wait("w", 1)).rejects.toMatchObject(fenced);
    await next.ctx.note("goes on", 1);
    expect(await readExecution(core, workspaceId, id)).toMatchObject({ status: "running", attempt: 2 });
  });
});

describe("checkpoint", () => {
  test("a later attempt resumes from it, with its usage, and reads nothing older", async () => {
    const id = await start();
    const { ctx } = await beginLife(core, id);
    await ctx.step("model", "m", async () => ({ output: "old", inputTokens: 5, costUsd: "0.5" }));
    await ctx.checkpoint({ folded: 1 });
    await ctx.note("after the first", 1);
    await ctx.checkpoint({ folded: 2 });
    await ctx.step("model", "m", async () => ({ output: "new", inputTokens: 3 }));

    let read: readonly unknown[] = [];
    const db = withAutocommit(core.db, async (statement) => {
      const result = await core.db.autocommit.query(statement);
      if (statement.name === "read_journal") read = result.rows;
      return result as never;
    });
    const next = await beginLife(core, id, { db });
    expect(next.ctx.restored).toEqual({ folded: 2 });
    expect(next.ctx.nextSeq).toBe(5);
    expect(read).toMatchObject([{ seq: 4 }, { seq: 5 }]);
    expect(await next.ctx.step("model", "m", never)).toBe("new");
    expect(next.ctx.currentUsage()).toMatchObject({ iterations: 2, inputTokens: 8, costUsd: "0.5" });
  });

  test("of an attempt that was overtaken is refused and does not move the pointer", async () => {
    const id = await start();
    const old = await beginLife(core, id);
    await beginLife(core, id);
    await expect(old.ctx.checkpoint({})).rejects.toMatchObject(fenced);
    expect((await beginLife(core, id)).row.checkpoint_seq).toBe(0);
  });

  test("whose answer was lost is there in the next attempt", async () => {
    const id = await start();
    const db = withAutocommit(core.db, async (statement) => {
      const result = await core.db.autocommit.query(statement);
      if (statement.name === "append_checkpoint") throw connectionBroke();
      return result as never;
    });
    const { ctx } = await beginLife(core, id, { db });
    await expect(ctx.checkpoint({ folded: 1 })).rejects.toThrow("Connection terminated");
    const next = await beginLife(core, id);
    expect(next.ctx.restored).toEqual({ folded: 1 });
    expect(next.ctx.nextSeq).toBe(2);
  });
});
