import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { fromId } from "../base/ids.ts";
import type { Caller, Scope } from "../base/route.ts";
import { touchKey } from "./api-key-store.ts";
import { createApiKey, listApiKeys, type NewApiKey, revokeApiKey } from "./api-keys.ts";
import { createTestAuth, type TestAuth } from "./auth.test-support.ts";
import { authenticate } from "./authenticate.ts";
import { keyCacheSeconds } from "./key-cache.ts";

let core: TestCore;
let test: TestAuth;
let workspaceId: string;

beforeAll(async () => {
  core = await createTestCore();
  test = createTestAuth(core);
  workspaceId = await core.newWorkspace();
});

afterAll(async () => {
  await test.auth.close();
  await core.close();
});

const system = { caller: null, requestId: null };
const credentials = (key: string, more: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${key}`, ...more },
  method: "GET",
  ip: "192.0.2.1",
});

async function newKey(key: Partial<NewApiKey> = {}, inWorkspace = workspaceId) {
  return await core.db.tenant(inWorkspace, (tx) =>
    createApiKey(core, tx, { name: "test", scope: "write", ...key }, system),
  );
}

async function callerWith(scope: Scope): Promise<Caller> {
  const { secret } = await newKey({ scope });
  const caller = await authenticate(core, test.auth, credentials(secret));
  if (caller === undefined) throw new Error("the key was refused");
  return caller;
}

describe("an API key", () => {
  it("is a prefix and 32 random bytes, stored as a hash", async () => {
    const { key, secret } = await newKey();
    expect(secret).toMatch(/^errand_[A-Za-z0-9_-]{43}$/);
    expect(key.hint).toBe(secret.slice(-4));
    const { rows } = await core.db.autocommit.query({
      text: "select k::text as row from api_keys k where id = $1",
      values: [key.id],
    });
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(7, 40));
  });

  it("lets its caller in with its scope, and nobody with another", async () => {
    const { key, secret } = await newKey({ scope: "read" });
    expect(await authenticate(core, test.auth, credentials(secret))).toEqual({
      workspaceId,
      kind: "api_key",
      id: key.id,
      scope: "read",
      role: null,
    });
    const other = `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`;
    expect(await authenticate(core, test.auth, credentials(other))).toBeUndefined();
    expect(await authenticate(core, test.auth, { headers: {}, method: "GET", ip: "::1" })).toBeUndefined();
  });

  it("is for its workspace only, whatever the header says", async () => {
    const { secret } = await newKey();
    const wrong = credentials(secret, { "x-workspace-id": "ws_01k3v8q5x8e7arf4s2m6t9c0wd" });
    await expect(authenticate(core, test.auth, wrong)).rejects.toMatchObject({ code: "not_a_member" });
    await expect(
      authenticate(core, test.auth, credentials(secret, { "x-workspace-id": "?" })),
    ).rejects.toMatchObject({ code: "not_a_member" });
  });

  it("is refused at once when it is revoked by this process, and stays in the list", async () => {
    const caller = await callerWith("admin");
    const { key, secret } = await newKey();
    expect(await authenticate(core, test.auth, credentials(secret))).toBeDefined();
    const shown = await test.call("listApiKeys", { caller });
    const id = (shown as { items: { id: string; hint: string }[] }).items[0]?.id ?? "";
    expect(fromId("apiKey", id)).toBe(key.id);
    await test.call("revokeApiKey", { caller, params: { apiKeyId: id } });
    expect(await authenticate(core, test.auth, credentials(secret))).toBeUndefined();
    await test.call("revokeApiKey", { caller, params: { apiKeyId: id } });
    const { items } = await core.db.tenant(workspaceId, (tx) => listApiKeys(tx, {}, { limit: 100 }));
    expect(items.find((item) => item.id === key.id)?.revokedAt).toBeInstanceOf(Date);
  });

  it("is let in by another process for the seconds of its cache and no longer", async () => {
    let passed = 0;
    const clock = { ...core.clock, monotonicMs: () => passed };
    const other = createTestAuth({ ...core, clock });
    const { key, secret } = await newKey();
    expect(await authenticate(core, other.auth, credentials(secret))).toBeDefined();
    await core.db.tenant(workspaceId, (tx) => revokeApiKey(core, tx, key.id, system));
    expect(await authenticate(core, other.auth, credentials(secret))).toBeDefined();
    passed += keyCacheSeconds * 1_000;
    expect(await authenticate(core, other.auth, credentials(secret))).toBeUndefined();
    await other.auth.close();
  });

  it("ends when it expires", async () => {
    const past = { expiresAt: new Date(core.clock.now().getTime() - 1) };
    await expect(newKey(past)).rejects.toMatchObject({ errors: [{ path: "expiresAt", code: "in_past" }] });
    const { key, secret } = await newKey({ expiresAt: new Date(core.clock.now().getTime() + 3_600_000) });
    await core.db.autocommit.query({
      text: "update api_keys set expires_at = now() where id = $1",
      values: [key.id],
    });
    expect(await authenticate(core, test.auth, credentials(secret))).toBeUndefined();
  });

  it("records its last use, at most once a minute", async () => {
    const { key, secret } = await newKey();
    const lastUse = async () => {
      const { rows } = await core.db.autocommit.query<{ at: Date | null }>({
        text: "select last_used_at as at from api_keys where id = $1",
        values: [key.id],
      });
      return rows[0]?.at ?? null;
    };
    const setLastUse = (secondsAgo: number) =>
      core.db.autocommit.query<{ at: Date }>({
        text: "update api_keys set last_used_at = now() - make_interval(secs => $2) where id = $1 returning last_used_at as at",
        values: [key.id, secondsAgo],
      });
    const use = async () => {
      test.auth.keys.forget(key.id);
      await authenticate(core, test.auth, credentials(secret));
    };
    expect(await lastUse()).toBeNull();
    await use();
    await expect.poll(lastUse).toBeInstanceOf(Date);
    const recent = (await setLastUse(30)).rows[0]?.at;
    await use();
    // The same statement that a use would send, so that the check does not merely come too early.
    await touchKey(core.db.autocommit, workspaceId, key.id);
    expect(await lastUse()).toEqual(recent);
    await setLastUse(61);
    await use();
    await expect.poll(async () => ((await lastUse())?.getTime() ?? 0) > (recent?.getTime() ?? 0)).toBe(true);
  });

  it("makes only keys that may do at most as much", async () => {
    const made: string[] = [];
    for (const own of ["read", "write", "admin"] as const) {
      const caller = await callerWith(own);
      for (const scope of ["read", "write", "admin"] as const) {
        const attempt = core.db.tenant(workspaceId, (tx) =>
          createApiKey(core, tx, { name: "child", scope }, { caller, requestId: null }),
        );
        made.push(
          `${own} makes ${scope}: ${await attempt.then(
            () => "yes",
            (error) => error.code,
          )}`,
        );
      }
    }
    expect(made).toEqual([
      "read makes read: yes",
      "read makes write: scope_too_high",
      "read makes admin: scope_too_high",
      "write makes read: yes",
      "write makes write: yes",
      "write makes admin: scope_too_high",
      "admin makes read: yes",
      "admin makes write: yes",
      "admin makes admin: yes",
    ]);
    const caller = await callerWith("admin");
    await expect(
      core.db.tenant(workspaceId, (tx) =>
        createApiKey(core, tx, { name: "x", scope: "read", ownerRights: true }, { caller, requestId: null }),
      ),
    ).rejects.toMatchObject({ code: "scope_too_high" });
  });

  it("is shown by its route once, and audited without its secret", async () => {
    const caller = await callerWith("admin");
    const body = { name: "shown once", scope: "read", expiresAt: "2099-01-01T00:00:00+02:00" };
    const answer = (await test.call("createApiKey", { caller, body })) as Record<string, string>;
    expect(answer).toMatchObject({ name: "shown once", expiresAt: "2098-12-31T22:00:00.000Z" });
    expect(await authenticate(core, test.auth, credentials(answer.key ?? ""))).toMatchObject({
      scope: "read",
    });
    const log = await test.call("listAuditLog", { caller, query: { targetId: answer.id ?? "" } });
    expect(log).toMatchObject({
      items: [
        {
          action: "apiKey.create",
          requestId: "req-test",
          actor: { kind: "api_key" },
          target: { kind: "apiKey", id: answer.id },
          changes: { name: [null, "shown once"], scope: [null, "read"] },
        },
      ],
    });
    expect(JSON.stringify([log, await test.call("listApiKeys", { caller })])).not.toContain(answer.key);
  });
});
