import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { toId } from "../base/ids.ts";
import type { Caller } from "../base/route.ts";
import { createApiKey } from "./api-keys.ts";
import { recordChange } from "./audit.ts";
import { createTestAuth, type TestAuth } from "./auth.test-support.ts";
import { createInvitation } from "./invitations.ts";
import { createWorkspace, getWorkspace, listExecutionRetention } from "./workspaces.ts";

const system = { caller: null, requestId: null };
let core: TestCore;
let test: TestAuth;

beforeAll(async () => {
  core = await createTestCore();
  test = createTestAuth(core);
});

afterAll(async () => {
  await test.auth.close();
  await core.close();
});

async function newAdmin(name = "test"): Promise<Caller> {
  const workspaceId = await createWorkspace(core, { name });
  const { key } = await core.db.tenant(workspaceId, (tx) =>
    createApiKey(core, tx, { name: "key", scope: "admin" }, system),
  );
  return { workspaceId, kind: "api_key", id: key.id, scope: "admin", role: null };
}

/** Ids, and with them the order of lists, rise with each millisecond. */
async function nextMillisecond(): Promise<void> {
  const started = Date.now();
  await vi.waitUntil(() => Date.now() > started, { interval: 1 });
}

describe("a workspace", () => {
  it("is read and changed, and each change is audited once", async () => {
    const caller = await newAdmin("before");
    const body = { name: "after", timezone: "Europe/Berlin", dailyCostUsd: "20.00", monthlyCostUsd: "300" };
    expect(await test.call("updateWorkspace", { caller, body })).toMatchObject(body);
    await test.call("updateWorkspace", { caller, body });
    expect(await test.call("getWorkspace", { caller })).toMatchObject({
      ...body,
      id: toId("workspace", caller.workspaceId),
      frozenAt: null,
    });
    expect(await test.call("listAuditLog", { caller, query: { targetKind: "workspace" } })).toMatchObject({
      items: [
        {
          actor: { kind: "api_key", id: toId("apiKey", caller.id) },
          action: "workspace.update",
          target: { kind: "workspace", id: toId("workspace", caller.workspaceId) },
          changes: { name: ["before", "after"], timezone: ["UTC", "Europe/Berlin"] },
        },
      ],
      nextCursor: null,
    });
  });

  it("says for how many days it keeps its executions", async () => {
    const [caller, other] = [await newAdmin(), await newAdmin()];
    expect(await test.call("getWorkspace", { caller })).toMatchObject({ executionRetentionDays: 90 });
    await test.call("updateWorkspace", { caller, body: { executionRetentionDays: 7 } });
    const kept = new Map(
      (await listExecutionRetention(core)).map(({ workspaceId, days }) => [workspaceId, days]),
    );
    expect([kept.get(caller.workspaceId), kept.get(other.workspaceId)]).toEqual([7, 90]);
    for (const executionRetentionDays of [0, 3_651, 1.5])
      await expect(
        test.call("updateWorkspace", { caller, body: { executionRetentionDays } }),
      ).rejects.toHaveProperty("issues");
  });

  it("says after how many seconds without a message its conversations close, which is audited", async () => {
    const caller = await newAdmin();
    expect(await test.call("getWorkspace", { caller })).toMatchObject({
      conversationIdleCloseSeconds: 86_400,
    });
    for (const conversationIdleCloseSeconds of [300, 2_592_000]) {
      const body = { conversationIdleCloseSeconds };
      expect(await test.call("updateWorkspace", { caller, body })).toMatchObject(body);
    }
    expect(await test.call("listAuditLog", { caller, query: { targetKind: "workspace" } })).toMatchObject({
      items: [
        { changes: { conversationIdleCloseSeconds: [300, 2_592_000] } },
        { changes: { conversationIdleCloseSeconds: [86_400, 300] } },
      ],
    });
    for (const conversationIdleCloseSeconds of [299, 2_592_001, 600.5, null])
      await expect(
        test.call("updateWorkspace", { caller, body: { conversationIdleCloseSeconds } }),
      ).rejects.toHaveProperty("issues");
  });

  it("takes exact IANA names and no unknown fields", async () => {
    const caller = await newAdmin();
    for (const body of [{ timezone: "berlin" }, { timezone: "+02:00" }, { name: " " }, { frozenAt: null }])
      await expect(test.call("updateWorkspace", { caller, body })).rejects.toHaveProperty("issues");
  });

  it("is frozen with a reason that stays, and unfrozen", async () => {
    const caller = await newAdmin();
    const freeze = (reason: string) => test.call("freezeWorkspace", { caller, body: { reason } });
    const frozen = await freeze("wrong price list");
    expect(frozen).toMatchObject({ frozenReason: "wrong price list" });
    expect(await freeze("again")).toEqual(frozen);
    const row = await core.db.tenant(caller.workspaceId, getWorkspace);
    expect(row.frozenAt).toBeInstanceOf(Date);
    await nextMillisecond();
    expect(await test.call("unfreezeWorkspace", { caller })).toMatchObject({
      frozenAt: null,
      frozenReason: null,
    });
    await test.call("unfreezeWorkspace", { caller });
    const log = (await test.call("listAuditLog", { caller, query: { targetKind: "workspace" } })) as {
      items: { action: string }[];
    };
    expect(log.items.map(({ action }) => action)).toEqual(["workspace.unfreeze", "workspace.freeze"]);
  });
});

describe("the audit log", () => {
  it("filters, pages and shows ids as the API does", async () => {
    const caller = await newAdmin();
    const agentId = "01944f1e-7d3b-7c4a-9f00-0123456789ab";
    const actions = ["task.create", "task.update", "agent.update"];
    for (const action of actions) {
      await nextMillisecond();
      await core.db.tenant(caller.workspaceId, (tx) =>
        recordChange(tx, {
          caller: action === "agent.update" ? null : caller,
          requestId: "r1",
          action,
          target: { kind: action.split(".")[0] ?? "", id: agentId },
          changes: { agentId: [null, agentId], note: [null, agentId], text: ["a\u0000", "b"] },
        }),
      );
    }
    const list = async (query: Record<string, string>) => {
      const page = await test.call("listAuditLog", { caller, query });
      return (page as { items: { action: string }[] }).items.map(({ action }) => action);
    };
    expect(await list({ action: "task.update" })).toEqual(["task.update"]);
    expect(await list({ targetKind: "agent" })).toEqual(["agent.update"]);
    expect(await list({ targetId: toId("task", agentId), actorId: toId("apiKey", caller.id) })).toEqual([
      "task.update",
      "task.create",
    ]);
    expect(await list({ from: "2099-01-01T00:00:00Z" })).toEqual([]);
    expect(await list({ until: "2000-01-01T00:00:00Z" })).toEqual([]);
    expect(await list({ targetId: toId("task", caller.id) })).toEqual([]);
    await expect(list({ targetId: "nonsense" })).rejects.toHaveProperty("issues");

    const page = (await test.call("listAuditLog", { caller, query: { limit: "1" } })) as {
      items: unknown[];
      nextCursor: string;
    };
    expect(page.items).toMatchObject([
      {
        actor: { kind: "system", id: null },
        target: { kind: "agent", id: toId("agent", agentId) },
        changes: { agentId: [null, toId("agent", agentId)], note: [null, agentId], text: ["a", "b"] },
      },
    ]);
    expect(await list({ limit: "1", cursor: page.nextCursor })).toEqual(["task.update"]);
  });

  it("cannot be changed by a workspace's transactions", async () => {
    const caller = await newAdmin();
    for (const text of ["update audit_log set action = 'x'", "delete from audit_log"])
      await expect(core.db.tenant(caller.workspaceId, (tx) => tx.query({ text }))).rejects.toThrow(
        /permission denied/,
      );
  });
});

describe("row-level security", () => {
  const tables = ["workspaces", "members", "invitations", "api_keys", "audit_log", "notifications"];

  it("shows nothing of another workspace, whatever the statement asks for", async () => {
    const [mine, theirs] = [await newAdmin("mine"), await newAdmin("theirs")];
    await core.db.tenant(theirs.workspaceId, (tx) =>
      createInvitation(core, tx, { email: null, role: "viewer" }, system),
    );
    for (const table of tables) {
      const column = table === "workspaces" ? "id" : "workspace_id";
      const { rows } = await core.db.tenant(mine.workspaceId, (tx) =>
        tx.query<{ foreign: number }>({
          text: `select count(*) filter (where ${column} <> $1)::int as foreign from ${table}`,
          values: [mine.workspaceId],
        }),
      );
      expect(rows, table).toEqual([{ foreign: 0 }]);
    }
    const insert = core.db.tenant(mine.workspaceId, (tx) =>
      tx.query({
        text: "insert into api_keys (workspace_id, id, name, hint, key_hash, scope) values ($1, $2, 'x', 'x', 'x', 'read')",
        values: [theirs.workspaceId, mine.id],
      }),
    );
    await expect(insert).rejects.toThrow(/row-level security/);
    const { rowCount } = await core.db.tenant(mine.workspaceId, (tx) =>
      tx.query({ text: "update workspaces set name = 'x' where id = $1", values: [theirs.workspaceId] }),
    );
    expect(rowCount).toBe(0);
  });

  it("shows nothing without a workspace", async () => {
    await newAdmin();
    for (const table of tables) {
      const { rows } = await core.db.system(async (tx) => {
        await tx.query({ text: "set local role errand_tenant" });
        return await tx.query({ text: `select 1 from ${table}` });
      });
      expect(rows, table).toEqual([]);
    }
  });

  it("keeps accounts and sessions from workspaces altogether", async () => {
    const { workspaceId } = await newAdmin();
    for (const table of [
      "auth_users",
      "auth_sessions",
      "auth_accounts",
      "auth_verifications",
      "sign_in_attempts",
    ])
      await expect(
        core.db.tenant(workspaceId, (tx) => tx.query({ text: `select 1 from ${table}` })),
        table,
      ).rejects.toThrow(/permission denied/);
  });
});
