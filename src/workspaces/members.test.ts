import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { fromId, newId, toId } from "../base/ids.ts";
import type { Caller, Role } from "../base/route.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { createApiKey } from "./api-keys.ts";
import { createTestAuth, setCookiesOf, type TestAuth } from "./auth.test-support.ts";
import { createInvitation } from "./invitations.ts";
import { changeMemberRole, listMembers, nameCaller, removeMember } from "./members.ts";
import { roleScope } from "./rules.ts";

const password = "correct horse";
const system = { caller: null, requestId: null };
let core: TestCore;
let test: TestAuth;
let workspaceId: string;
let people = 0;

beforeAll(async () => {
  core = await createTestCore();
  test = createTestAuth(core);
});

beforeEach(async () => {
  workspaceId = await core.newWorkspace();
});

afterAll(async () => {
  await test.auth.close();
  await core.close();
});

async function invite(role: Role, email: string | null = null, caller: Caller | null = null) {
  return await core.db.tenant(workspaceId, (tx) =>
    createInvitation(core, tx, { email, role }, { caller, requestId: null }),
  );
}

async function join(role: Role): Promise<Caller & { readonly email: string }> {
  people += 1;
  const email = `person${people}@example.com`;
  const { token } = await invite(role, email);
  const newAccount = { name: `Person ${people}`, password };
  const { memberId } = await acceptInvitation(core, test.auth, token, { newAccount }, null);
  return { workspaceId, kind: "member", id: memberId, scope: roleScope(role), role, email };
}

async function newKey(ownerRights: boolean): Promise<Caller> {
  const { key } = await core.db.tenant(workspaceId, (tx) =>
    createApiKey(core, tx, { name: "key", scope: "admin", ownerRights }, system),
  );
  return { workspaceId, kind: "api_key", id: key.id, scope: "admin", role: null };
}

const members = () => core.db.tenant(workspaceId, (tx) => listMembers(tx, {}, { limit: 100 }));

it("whoever calls is named for a sentence, by what is known of them", async () => {
  const name = (caller: Caller | null) => core.db.tenant(workspaceId, (tx) => nameCaller(tx, caller));
  const person = await join("operator");
  expect(await name(person)).toBe(`Person ${people}`);
  expect(await name(await newKey(false))).toBe("the API key “key”");
  expect(await name({ ...person, id: newId() })).toBe("a member");
  expect(await name({ ...person, kind: "api_key", id: newId() })).toBe("an API key");
  expect(await name(null)).toBe("the program itself");
});

describe("an invitation", () => {
  it("is made, shown once, mailed, accepted with a new account, and signs in", async () => {
    const admin = await join("admin");
    const email = `invited${people}@example.com`;
    const made = (await test.call("createInvitation", {
      caller: admin,
      body: { email: email.toUpperCase(), role: "operator" },
    })) as Record<string, string>;
    expect(made).toMatchObject({
      email,
      role: "operator",
      status: "open",
      invitedBy: toId("member", admin.id),
      link: `http://127.0.0.1:3000/invitation#token=${made.token}`,
    });
    await expect.poll(() => test.mails.find(({ to }) => to === email)?.text).toContain(made.link);
    const listed = JSON.stringify(await test.call("listInvitations", { caller: admin }));
    expect(listed).toContain(made.id);
    expect(listed).not.toContain(made.token);

    const accept = () =>
      test.call("acceptInvitation", { body: { token: made.token, name: "Ada", password } });
    const answer = await accept();
    const [cookie = ""] = setCookiesOf(answer);
    expect(cookie).toContain("errand.session_token");
    await expect(accept()).rejects.toMatchObject({ status: 410, code: "invitation_invalid" });
    const { items } = await members();
    expect(items.find((member) => member.email === email)).toMatchObject({ name: "Ada", role: "operator" });
    const after = await test.call("listInvitations", { caller: admin });
    expect((after as { items: unknown[] }).items[0]).toMatchObject({ id: made.id, status: "accepted" });
    await expect(
      test.call("revokeInvitation", { caller: admin, params: { invitationId: made.id ?? "" } }),
    ).rejects.toMatchObject({ code: "invitation_accepted" });
  });

  it("lets one person in when two accept at the same moment", async () => {
    const { token } = await invite("viewer");
    const attempts = ["left", "right"].map((name) => {
      const newAccount = { name, email: `${name}${people}@example.com`, password };
      return acceptInvitation(core, test.auth, token, { newAccount }, null).then(
        () => "in",
        (error) => error.code,
      );
    });
    expect((await Promise.all(attempts)).sort()).toEqual(["in", "invitation_invalid"]);
    expect((await members()).items).toHaveLength(1);
    const { rows } = await core.db.autocommit.query({
      text: "select 1 from auth_users where email in ($1, $2)",
      values: [`left${people}@example.com`, `right${people}@example.com`],
    });
    expect(rows).toHaveLength(1);
  });

  it("makes a signed-in person a member of another workspace, once", async () => {
    const person = await join("operator");
    const cookie = await test.signIn(person.email, password);
    workspaceId = await core.newWorkspace("another");
    const { token } = await invite("viewer", person.email);
    await test.call("acceptInvitation", { cookie, body: { token } });
    expect((await members()).items).toMatchObject([{ email: person.email, role: "viewer" }]);
    await expect(invite("viewer", person.email)).rejects.toMatchObject({ code: "already_member" });
    const open = await invite("viewer");
    await expect(
      test.call("acceptInvitation", { cookie, body: { token: open.token } }),
    ).rejects.toMatchObject({ status: 409, code: "already_member" });
  });

  it("is only for the address it names", async () => {
    const person = await join("viewer");
    const cookie = await test.signIn(person.email, password);
    const { token } = await invite("admin", "somebody.else@example.com");
    const refused = { status: 403, code: "invitation_other_email" };
    await expect(test.call("acceptInvitation", { cookie, body: { token } })).rejects.toMatchObject(refused);
    const body = { token, name: "Eve", email: "eve@example.com", password };
    await expect(test.call("acceptInvitation", { body })).rejects.toMatchObject(refused);
  });

  it("does not take over an account that is there", async () => {
    const person = await join("viewer");
    workspaceId = await core.newWorkspace("another");
    const { token } = await invite("admin", person.email);
    const body = { token, name: "Eve", password: "another password" };
    await expect(test.call("acceptInvitation", { body })).rejects.toMatchObject({ code: "email_taken" });
    await expect(test.signIn(person.email, "another password")).rejects.toMatchObject({
      code: "sign_in_failed",
    });
    expect((await members()).items).toEqual([]);
  });

  it("says what a new account lacks", async () => {
    const { token } = await invite("viewer");
    await expect(test.call("acceptInvitation", { body: { token } })).rejects.toMatchObject({
      status: 422,
      errors: ["name", "email", "password"].map((path) => ({ path, code: "required" })),
    });
  });

  it("is useless when revoked, replaced or expired", async () => {
    const admin = await join("admin");
    const email = `late${people}@example.com`;
    const newAccount = { name: "Late", password, email };
    const accept = (token: string) => acceptInvitation(core, test.auth, token, { newAccount }, null);
    const replaced = await invite("viewer", email);
    const revoked = await invite("viewer", email);
    await expect(accept(replaced.token)).rejects.toMatchObject({ code: "invitation_invalid" });
    const params = { invitationId: toId("invitation", revoked.invitation.id) };
    await test.call("revokeInvitation", { caller: admin, params });
    await test.call("revokeInvitation", { caller: admin, params });
    await expect(accept(revoked.token)).rejects.toMatchObject({ code: "invitation_invalid" });
    const expired = await invite("viewer", email);
    await core.db.autocommit.query({
      text: "update invitations set expires_at = now() where id = $1",
      values: [expired.invitation.id],
    });
    await expect(accept(expired.token)).rejects.toMatchObject({ code: "invitation_invalid" });
  });
});

describe("owners", () => {
  const setRole = (caller: Caller, id: string, role: Role) =>
    core.db.tenant(workspaceId, (tx) => changeMemberRole(core, tx, id, role, { caller, requestId: null }));
  const remove = (caller: Caller, id: string) =>
    core.db.tenant(workspaceId, (tx) => removeMember(tx, id, { caller, requestId: null }));

  it("are made, changed and removed by owners only", async () => {
    const [owner, other] = [await join("owner"), await join("owner")];
    const [admin, viewer] = [await join("admin"), await join("viewer")];
    const forbidden = { status: 403, code: "owner_only" };
    await expect(invite("owner", null, admin)).rejects.toMatchObject(forbidden);
    await expect(setRole(admin, admin.id, "owner")).rejects.toMatchObject(forbidden);
    await expect(setRole(admin, other.id, "viewer")).rejects.toMatchObject(forbidden);
    await expect(remove(admin, other.id)).rejects.toMatchObject(forbidden);
    expect(await setRole(admin, viewer.id, "admin")).toMatchObject({ role: "admin" });
    await invite("owner", null, owner);
    expect(await setRole(owner, admin.id, "owner")).toMatchObject({ role: "owner" });
    await remove(owner, other.id);
  });

  it("are also made by a key with owner rights, and by no other key", async () => {
    await expect(invite("owner", null, await newKey(false))).rejects.toMatchObject({ code: "owner_only" });
    await invite("owner", null, await newKey(true));
  });

  it("cannot all go: the last one is neither demoted nor removed", async () => {
    const owner = await join("owner");
    await join("admin");
    const refused = { status: 409, code: "last_owner" };
    await expect(setRole(owner, owner.id, "admin")).rejects.toMatchObject(refused);
    await expect(remove(owner, owner.id)).rejects.toMatchObject(refused);
  });

  it("cannot demote each other at the same moment", async () => {
    const [left, right] = [await join("owner"), await join("owner")];
    const answers = await Promise.allSettled([
      setRole(left, right.id, "viewer"),
      setRole(right, left.id, "viewer"),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await members()).items.filter(({ role }) => role === "owner")).toHaveLength(1);
  });
});

describe("the routes of members", () => {
  it("list, filter, show, change and remove, and write each change to the audit log", async () => {
    const [owner, viewer] = [await join("owner"), await join("viewer")];
    const memberId = toId("member", viewer.id);
    const all = (await test.call("listMembers", { caller: viewer })) as { items: { id: string }[] };
    expect(all.items.map(({ id }) => fromId("member", id))).toEqual([viewer.id, owner.id]);
    expect(await test.call("listMembers", { caller: viewer, query: { role: "owner" } })).toMatchObject({
      items: [{ role: "owner" }],
    });
    const first = (await test.call("listMembers", { caller: viewer, query: { limit: "1" } })) as {
      nextCursor: string;
    };
    expect(
      await test.call("listMembers", { caller: viewer, query: { cursor: first.nextCursor } }),
    ).toMatchObject({ items: [{ role: "owner" }], nextCursor: null });
    const params = { memberId };
    await test.call("updateMember", { caller: owner, params, body: { role: "operator" } });
    expect(await test.call("getMember", { caller: viewer, params })).toMatchObject({ role: "operator" });
    await test.call("removeMember", { caller: owner, params });
    await expect(test.call("getMember", { caller: viewer, params })).rejects.toMatchObject({ status: 404 });
    await expect(test.call("removeMember", { caller: owner, params })).rejects.toMatchObject({ status: 404 });

    const log = await test.call("listAuditLog", { caller: owner, query: { targetId: memberId } });
    const actor = { kind: "member", id: toId("member", owner.id) };
    expect(log).toMatchObject({
      items: [
        { action: "member.remove", actor, changes: { role: ["operator", null] } },
        { action: "member.update", actor, changes: { role: ["viewer", "operator"] } },
        {
          action: "member.join",
          actor: { kind: "member", id: memberId },
          changes: { role: [null, "viewer"] },
        },
      ],
    });
  });
});
