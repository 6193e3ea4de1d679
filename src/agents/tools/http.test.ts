import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../test/until.ts";
import { fromId, newId, toId } from "../../base/ids.ts";
import type { TenantTx } from "../../db/index.ts";
import { exampleTool } from "./schemas.ts";
import { createToolsFixture, fieldErrors, type Json, type ToolsFixture } from "./tools.test-support.ts";
import { loadToolSnapshots } from "./tools.ts";

let fixture: ToolsFixture;
beforeAll(async () => {
  fixture = await createToolsFixture();
});
afterAll(() => fixture.close());

/** Every test has a name of its own for its tool. */
let name: string;
beforeEach(() => {
  name = `tool_${newId().replaceAll("-", "")}`;
});

const request: ToolsFixture["request"] = (...args) => fixture.request(...args);
const newTool = (tool: Json = {}) => fixture.newTool({ ...exampleTool, name, ...tool });

const uuidOf = (id: string) => {
  const uuid = fromId("tool", id);
  if (uuid === undefined) throw new Error(`${id} is no id of a tool`);
  return uuid;
};

const tenant = <T>(work: (tx: TenantTx) => Promise<T>) =>
  fixture.core.db.tenant(fixture.api.workspaceId, work);

async function auditEntries(id: string): Promise<readonly { action: string; changes: Json }[]> {
  const { rows } = await tenant((tx) =>
    tx.query<{ action: string; changes: Json }>({
      text: "select action, changes from audit_log where target_id = $1 order by id",
      values: [uuidOf(id)],
    }),
  );
  return rows;
}

describe("/v1/tools", () => {
  it("creates, reads, changes, lists and deletes", async () => {
    const tool = await newTool({ externalId: `crm-${name}`, meta: { team: "north" } });
    expect(tool).toMatchObject({
      name,
      kind: "http",
      method: "GET",
      url: exampleTool.url,
      body: null,
      auth: { kind: "bearer" },
      hasSecret: true,
      inputSchema: exampleTool.inputSchema,
      timeoutSeconds: 15,
      idempotent: true,
      policy: "read",
      enabled: true,
      meta: { team: "north" },
    });
    expect((await request("GET", `/tools/${tool.id}`)).body).toEqual(tool);
    const change = { method: "POST", body: { b: 1, a: ["{{input.orderId}}"] }, enabled: false };
    const changed = await request("PATCH", `/tools/${tool.id}`, change);
    expect(changed.body).toMatchObject({ ...change, name, idempotent: true, hasSecret: true });
    expect(Object.keys(changed.body.body as Json)).toEqual(["b", "a"]);
    const emptied = await request("PATCH", `/tools/${tool.id}`, { body: null, auth: { kind: "none" } });
    expect(emptied.body).toMatchObject({ body: null, auth: { kind: "none" }, hasSecret: false });
    expect((await request("DELETE", `/tools/${tool.id}`)).status).toBe(204);
    expect((await request("GET", `/tools/${tool.id}`)).status).toBe(404);
    expect((await request("DELETE", `/tools/${tool.id}`)).status).toBe(404);
    expect((await newTool()).id).not.toBe(tool.id);
  });

  it("fills in what is left out", async () => {
    const least = {
      name,
      description: "Does it.",
      url: "https://shop.example.com/",
      inputSchema: { type: "object" },
    };
    expect((await request("POST", "/tools", least)).body).toMatchObject({ method: "GET", idempotent: true });
    const post = { ...least, name: `${name.slice(0, 50)}_post`, method: "POST" };
    expect((await request("POST", "/tools", post)).body).toMatchObject({ idempotent: false });
  });

  it("lists by words of name and description, by enabled and by externalId", async () => {
    const word = `x${name.slice(-8)}`;
    const first = await newTool({
      description: `Knows ${word.toUpperCase()} and 100%_sure things.`,
      externalId: name,
    });
    const second = await newTool({ name: `${word}_tool`, enabled: false });
    const idsOf = async (query: string) => {
      const { status, body } = await request("GET", `/tools?${query}`);
      expect(status).toBe(200);
      return (body.items as readonly Json[]).map(({ id }) => id);
    };
    expect(await idsOf(`q=${word}`)).toEqual([second.id, first.id]);
    expect(await idsOf(`q=${word}&enabled=true`)).toEqual([first.id]);
    expect(await idsOf(`q=${word}&enabled=false`)).toEqual([second.id]);
    expect(await idsOf(`q=${encodeURIComponent(`${word} and 100%_`)}`)).toEqual([first.id]);
    expect(await idsOf(`q=${encodeURIComponent("%%%")}`)).toEqual([]);
    expect(await idsOf(`externalId=${name}`)).toEqual([first.id]);
    const page = await request("GET", `/tools?q=${word}&limit=1`);
    expect(await idsOf(`q=${word}&limit=1&cursor=${page.body.nextCursor}`)).toEqual([first.id]);
    expect((await request("GET", "/tools?nope=1")).status).toBe(422);
  });

  it("refuses what it cannot use and says where", async () => {
    const refused = await request("POST", "/tools", {
      name: "Order Status",
      description: " ",
      url: "",
      method: "HEAD",
      auth: { kind: "bearer", secret: "a\nb" },
      timeoutSeconds: 61,
      policy: "write",
      inputSchema: [],
      nope: 1,
    });
    expect(refused.status).toBe(422);
    expect(fieldErrors(refused.body).toSorted()).toEqual(
      [
        "auth.secret too_short",
        "auth.secret invalid_format",
        "description too_short",
        "inputSchema invalid_type",
        "method not_one_of",
        "name invalid_format",
        "nope unknown_field",
        "policy not_one_of",
        "timeoutSeconds out_of_range",
        "url too_short",
      ].toSorted(),
    );
    expect(JSON.stringify(refused.body)).toContain("tools that change something need approvals");
    const deeper = await request("POST", "/tools", {
      ...exampleTool,
      name: "finish",
      url: "https://{{input.orderId}}/",
      query: { a: "{{input.nope}}" },
      auth: { kind: "basic", username: "mia" },
    });
    expect(fieldErrors(deeper.body).toSorted()).toEqual([
      "auth.secret required",
      "name name_reserved",
      "query.a variable_unknown",
      "url url_invalid",
    ]);
    const nul = { ...exampleTool, name, body: { a: "\u0000" }, method: "POST" };
    expect(fieldErrors((await request("POST", "/tools", nul)).body)).toEqual(["body text_invalid"]);
    expect((await request("POST", "/tools", { ...exampleTool, name }, "write")).status).toBe(403);
  });

  it("has names and externalIds once in a workspace, and again after a deletion", async () => {
    const { id } = await newTool({ externalId: name });
    const other = await newTool({ name: `${name.slice(0, 50)}_b` });
    const twice = await request("POST", "/tools", { ...exampleTool, name });
    expect([twice.status, twice.body.code, fieldErrors(twice.body)]).toEqual([
      409,
      "tool_name_taken",
      ["name tool_name_taken"],
    ]);
    expect((await request("PATCH", `/tools/${other.id}`, { name })).body.code).toBe("tool_name_taken");
    expect((await request("PATCH", `/tools/${other.id}`, { externalId: name })).body.code).toBe(
      "external_id_taken",
    );
    await request("DELETE", `/tools/${id}`);
    expect((await request("PATCH", `/tools/${other.id}`, { name, externalId: name })).status).toBe(200);
  });
});

describe("the secret", () => {
  it("is in no answer and not in the audit log, and is stored sealed", async () => {
    const secret = "very-secret-token";
    const { id } = await newTool({ auth: { kind: "bearer", secret } });
    await request("PATCH", `/tools/${id}`, { auth: { kind: "bearer", secret: `${secret}-2` } });
    const { rows } = await tenant((tx) =>
      tx.query<{ secret_sealed: Buffer }>({
        text: "select secret_sealed from tools where id = $1",
        values: [uuidOf(id)],
      }),
    );
    expect(rows[0]?.secret_sealed.includes(secret)).toBe(false);
    const entries = await auditEntries(id);
    expect(entries.map(({ action }) => action)).toEqual(["tool.create", "tool.update"]);
    expect(entries[1]?.changes).toEqual({ hasSecret: [true, true] });
    const seen = [
      entries,
      (await request("GET", `/tools/${id}`)).body,
      (await request("GET", "/tools")).body,
    ];
    expect(JSON.stringify(seen)).not.toContain(secret);
  });

  it("stays where the kind stays, and is asked for again for another kind or server", async () => {
    const { id } = await newTool({ auth: { kind: "basic", username: "mia", secret: "pass-word" } });
    const patch = (body: Json) => request("PATCH", `/tools/${id}`, body);
    const renamed = await patch({ auth: { kind: "basic", username: "ben" } });
    expect(renamed.body).toMatchObject({ auth: { kind: "basic", username: "ben" }, hasSecret: true });
    expect(fieldErrors((await patch({ auth: { kind: "bearer" } })).body)).toEqual(["auth.secret required"]);
    expect((await patch({ url: "https://shop.example.com/v2/{{input.orderId}}" })).status).toBe(200);
    const moved = { url: "https://evil.example.com/{{input.orderId}}" };
    expect(fieldErrors((await patch(moved)).body)).toEqual(["auth.secret required"]);
    expect(fieldErrors((await patch({ url: "http://shop.example.com/" })).body)).toEqual([
      "auth.secret required",
    ]);
    expect(
      (await patch({ ...moved, auth: { kind: "basic", username: "ben", secret: "pass-word" } })).status,
    ).toBe(200);
    expect((await patch({ url: "https://other.example.com/", auth: { kind: "none" } })).status).toBe(200);
  });
});

describe("agents that have a tool", () => {
  it("keep it from being deleted, unless it is taken from them", async () => {
    const { id } = await newTool();
    const other = await newTool({ name: `${name.slice(0, 50)}_b` });
    const agentId = await fixture.newAgent({ name: "Ada", toolIds: [other.id, id] });
    const refused = await request("DELETE", `/tools/${id}`);
    expect([refused.status, refused.body.code]).toEqual([409, "tool_in_use"]);
    expect(String(refused.body.detail)).toContain('"Ada"');
    expect((await request("DELETE", `/tools/${id}?force=false`)).status).toBe(409);
    expect((await request("DELETE", `/tools/${id}?force=true`)).status).toBe(204);
    expect((await request("GET", `/agents/${agentId}`)).body.toolIds).toEqual([other.id]);
    expect((await request("PATCH", `/agents/${agentId}`, { toolIds: [id] })).status).toBe(422);
  });

  it("see a tool that was deleted or switched off no more", async () => {
    const kept = await newTool();
    const off = await newTool({ name: `${name.slice(0, 50)}_b`, enabled: false });
    const ids = [newId(), uuidOf(off.id), uuidOf(kept.id)];
    const snapshots = await tenant((tx) => loadToolSnapshots(tx, ids));
    expect(snapshots.map(({ id }) => toId("tool", id))).toEqual([kept.id]);
    expect(JSON.stringify(snapshots)).not.toContain("secret");
    expect(await tenant((tx) => loadToolSnapshots(tx, []))).toEqual([]);
  });

  it("cannot lose a tool that one of them is just being given", async () => {
    const { id } = await newTool();
    const agentId = await fixture.newAgent({});
    const deletion = await whileOther(
      // What the check of `toolIds` does, and what comes after it.
      ["select from tools where id = $1 for key share", [uuidOf(id)]],
      () => request("DELETE", `/tools/${id}`),
      ["update agents set tool_ids = array[$1::uuid] where id = $2", [uuidOf(id), fromId("agent", agentId)]],
    );
    expect(deletion.body.code).toBe("tool_in_use");
  });

  it("are refused a tool whose deletion ends first", async () => {
    const { id } = await newTool();
    const agentId = await fixture.newAgent({});
    const change = await whileOther(["delete from tools where id = $1", [uuidOf(id)]], () =>
      request("PATCH", `/agents/${agentId}`, { toolIds: [id] }),
    );
    expect([change.status, fieldErrors(change.body)]).toEqual([422, ["toolIds.0 not_found"]]);
  });
});

type Statement = readonly [text: string, values: readonly unknown[]];

/**
 * Lets another transaction run `first`, begins `work`, waits until that waits for a lock, and only then ends the other
 * transaction with `last`. Answers what `work` came to.
 */
async function whileOther<T>(first: Statement, work: () => Promise<T>, last?: Statement): Promise<T> {
  const other = new pg.Client({ connectionString: fixture.core.url });
  await other.connect();
  try {
    await other.query("begin");
    await other.query(first[0], [...first[1]]);
    const running = work();
    await until("the work to wait for a lock", async () => {
      const waiting = "select from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))";
      return (await other.query(waiting)).rowCount !== 0;
    });
    if (last !== undefined) await other.query(last[0], [...last[1]]);
    await other.query("commit");
    return await running;
  } finally {
    await other.end();
  }
}
