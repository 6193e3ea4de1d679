import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { until } from "../../test/until.ts";
import { sha256 } from "../base/crypto.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { createTestAuth, type TestAuth } from "./auth.test-support.ts";
import { authenticate } from "./authenticate.ts";
import {
  ensureFirstWorkspace,
  firstWorkspaceId,
  issueOwnerToken,
  reissueFirstKey,
  takeDemoWish,
} from "./first-workspace.ts";

const cores: { core: TestCore; test: TestAuth }[] = [];
let core: TestCore;
let test: TestAuth;

beforeEach(async () => {
  core = await createTestCore();
  test = createTestAuth(core);
  cores.push({ core, test });
});

afterAll(async () => {
  for (const opened of cores) {
    await opened.test.auth.close();
    await opened.core.close();
  }
});

const bearer = (key: string) => ({
  headers: { authorization: `Bearer ${key}` },
  method: "GET",
  ip: "192.0.2.1",
});
const ada = { name: "Ada", email: "ada@example.com", password: "correct horse" };

describe("ensureFirstWorkspace", () => {
  it("makes the workspace, a key and a link once, also when several processes start together", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ensureFirstWorkspace(core)));
    const made = answers.filter((answer) => answer.created);
    expect(made).toHaveLength(1);
    expect(
      answers.filter((answer) => answer.apiKey !== undefined || answer.ownerToken !== undefined),
    ).toEqual(made);
    const counted = await core.db.autocommit.query<Record<string, number>>({
      text: `select (select count(*)::int from workspaces) as workspaces, (select count(*)::int from api_keys) as keys,
               (select count(*)::int from invitations) as links`,
    });
    expect(counted.rows).toEqual([{ workspaces: 1, keys: 1, links: 1 }]);

    const caller = await authenticate(core, test.auth, bearer(made[0]?.apiKey ?? ""));
    expect(caller).toMatchObject({
      workspaceId: await firstWorkspaceId(core),
      kind: "api_key",
      scope: "admin",
    });
  });

  it("takes the key from the settings and does not show it again", async () => {
    const bootstrapApiKey = "A key of the operator, chosen by hand.";
    const first = await ensureFirstWorkspace(core, { bootstrapApiKey });
    expect(first.apiKey).toBeUndefined();
    expect(await authenticate(core, test.auth, bearer(bootstrapApiKey))).toMatchObject({ scope: "admin" });
    const { rows } = await core.db.autocommit.query<{ key_hash: Buffer; hint: string }>({
      text: "select * from api_keys",
    });
    expect(rows[0]?.key_hash).toEqual(sha256(bootstrapApiKey));
    expect(JSON.stringify(rows)).not.toContain("operator");
    expect(await ensureFirstWorkspace(core, { bootstrapApiKey })).toEqual({ created: false });
  });

  it("refuses a weak key before anything is made", async () => {
    await expect(ensureFirstWorkspace(core, { bootstrapApiKey: "short" })).rejects.toThrow(/32 to 200/);
    expect(await firstWorkspaceId(core)).toBeUndefined();
  });
});

describe("reissueFirstKey", () => {
  const signIn = (key: string) => authenticate(core, test.auth, bearer(key));

  it("gives the first key another secret until it is used", async () => {
    expect(await reissueFirstKey(core)).toBeUndefined();
    const { apiKey: lost = "" } = await ensureFirstWorkspace(core);
    const next = (await reissueFirstKey(core)) ?? "";
    expect(await signIn(lost)).toBeUndefined();
    expect(await signIn(next)).toMatchObject({ kind: "api_key", scope: "admin" });
    await until("the use to be recorded", async () => (await reissueFirstKey(core)) === undefined);
    const { rows } = await core.db.autocommit.query<{ hint: string }>({ text: "select hint from api_keys" });
    expect(rows).toHaveLength(1);
  });

  it("leaves an unused key alone once there is an owner", async () => {
    const { apiKey = "", ownerToken = "" } = await ensureFirstWorkspace(core);
    await acceptInvitation(core, test.auth, ownerToken, { newAccount: ada }, null);
    expect(await reissueFirstKey(core)).toBeUndefined();
    expect(await signIn(apiKey)).toMatchObject({ scope: "admin" });
  });

  it("leaves a key from the settings alone", async () => {
    const bootstrapApiKey = "A key of the operator, chosen by hand.";
    await ensureFirstWorkspace(core, { bootstrapApiKey });
    expect(await reissueFirstKey(core)).toBeUndefined();
    expect(await signIn(bootstrapApiKey)).toMatchObject({ scope: "admin" });
  });
});

describe("takeDemoWish", () => {
  const take = async () => core.db.tenant((await firstWorkspaceId(core)) ?? "", takeDemoWish);

  it("is true for one transaction that commits", async () => {
    await ensureFirstWorkspace(core, { demo: true });
    const workspaceId = (await firstWorkspaceId(core)) ?? "";
    const failing = core.db.tenant(workspaceId, async (tx) => {
      expect(await takeDemoWish(tx)).toBe(true);
      throw new Error("the demo cannot be made");
    });
    await expect(failing).rejects.toThrow("the demo cannot be made");
    expect((await Promise.all([take(), take(), take()])).toSorted()).toEqual([false, false, true]);
  });

  it("is false where no demo was wanted", async () => {
    await ensureFirstWorkspace(core);
    expect(await take()).toBe(false);
  });
});

describe("issueOwnerToken", () => {
  it("replaces the link while there is no owner, and only then", async () => {
    expect(await issueOwnerToken(core)).toBeUndefined();
    const { ownerToken = "" } = await ensureFirstWorkspace(core);
    const next = (await issueOwnerToken(core)) ?? "";
    await expect(
      acceptInvitation(core, test.auth, ownerToken, { newAccount: ada }, null),
    ).rejects.toMatchObject({
      code: "invitation_invalid",
    });
    await acceptInvitation(core, test.auth, next, { newAccount: ada }, null);
    expect(await issueOwnerToken(core)).toBeUndefined();
  });
});
