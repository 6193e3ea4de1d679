import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { toId } from "../base/ids.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { attemptLimits } from "./attempts.ts";
import { cookieHeader, createTestAuth, setCookiesOf, type TestAuth } from "./auth.test-support.ts";
import { authenticate } from "./authenticate.ts";
import { createInvitation } from "./invitations.ts";

const password = "correct horse";
let core: TestCore;
let test: TestAuth;
let workspaceId: string;
let address = 0;

beforeAll(async () => {
  core = await createTestCore();
  test = createTestAuth(core);
  workspaceId = await core.newWorkspace();
});

afterAll(async () => {
  await test.auth.close();
  await core.close();
});

/** A member of each of the workspaces, by invitation; each test has people of its own. */
async function newPerson(name: string, workspaces = [workspaceId]): Promise<string> {
  const email = `${name}@example.com`;
  const newAccount = { name, password, email };
  for (const [index, workspace] of workspaces.entries()) {
    const { token } = await core.db.tenant(workspace, (tx) =>
      createInvitation(core, tx, { email, role: "operator" }, { caller: null, requestId: null }),
    );
    const cookie = index === 0 ? undefined : await test.signIn(email, password);
    const session =
      cookie && (await test.auth.session({ headers: { cookie }, ip: "::1" }, { refresh: false }));
    const person = session ? { signedIn: session.account } : { newAccount };
    await acceptInvitation(core, test.auth, token, person, null);
  }
  return email;
}

/** An address that no other test has made attempts from. */
function newAddress(): string {
  address += 1;
  return `198.51.100.${address}`;
}

const withCookie = (cookie: string, more: Record<string, string> = {}) => ({
  headers: { cookie, ...more },
  method: "GET",
  ip: "192.0.2.1",
});

describe("signing in", () => {
  it("sets a cookie that scripts and other sites cannot use, and lets the member in with it", async () => {
    const email = await newPerson("ada");
    const answer = await test.call("signIn", { body: { email: "Ada@Example.com", password } });
    const cookies = setCookiesOf(answer);
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatch(/^errand\.session_token=[^;]+;.*Max-Age=604800/);
    expect(cookies[0]).toMatch(/; HttpOnly/i);
    expect(cookies[0]).toMatch(/; SameSite=Lax/i);
    expect(cookies[0]).toMatch(/; Path=\//i);
    expect(cookies[0]).not.toMatch(/; Secure/i);
    expect(answer).toMatchObject({
      body: {
        name: "ada",
        email,
        memberships: [
          { workspaceId: toId("workspace", workspaceId), workspaceName: "test", role: "operator" },
        ],
      },
    });
    const caller = await authenticate(core, test.auth, withCookie(cookieHeader(cookies)));
    expect(caller).toMatchObject({ workspaceId, kind: "member", scope: "write", role: "operator" });
  });

  it("marks the cookie Secure where the address is https", async () => {
    const email = await newPerson("grace");
    const secure = createTestAuth({ ...core, publicUrl: "https://errand.example.com" });
    const { cookies } = await secure.auth.signIn({ headers: {}, ip: newAddress() }, { email, password });
    expect(cookies[0]).toMatch(/^__Secure-errand\.session_token=.*; Secure/i);
    expect(cookies[0]).toMatch(/; HttpOnly/i);
    await secure.auth.close();
  });

  it("refuses a changed cookie, and one signed with another secret", async () => {
    const email = await newPerson("edsger");
    const cookie = await test.signIn(email, password);
    expect(await authenticate(core, test.auth, withCookie(cookie))).toBeDefined();
    for (const bad of [cookie.replace(/=../, "=xx"), cookie.slice(0, -12), "errand.session_token=x"])
      expect(await authenticate(core, test.auth, withCookie(bad))).toBeUndefined();
  });

  it("says the same for a wrong password and for an unknown address", async () => {
    const email = await newPerson("alan");
    const refused = { status: 401, code: "sign_in_failed" };
    for (const body of [
      { email, password: "wrong" },
      { email: "nobody@example.com", password },
    ])
      await expect(test.call("signIn", { body, ip: newAddress() })).rejects.toMatchObject(refused);
  });

  it("stores the address that the server saw, not one that the client claims", async () => {
    const email = await newPerson("barbara");
    const headers = { "x-forwarded-for": "203.0.113.9", "x-errand-client-ip": "203.0.113.9" };
    await test.auth.signIn({ headers, ip: "198.51.100.200" }, { email, password });
    const { rows } = await core.db.autocommit.query({
      text: `select distinct "ipAddress" as ip from auth_sessions s join auth_users u on u.id = s."userId" where email = $1`,
      values: [email],
    });
    expect(rows).toEqual([{ ip: "198.51.100.200" }]);
  });

  it("has no way to make an account but an invitation", async () => {
    const { rows } = await core.db.autocommit.query({
      text: "select 1 from auth_users where email like 'new%'",
    });
    expect(rows).toEqual([]);
    await expect(
      test.call("acceptInvitation", {
        body: { token: "guessed", name: "New", email: "new@example.com", password },
      }),
    ).rejects.toMatchObject({ code: "invitation_invalid" });
  });
});

describe("brute force", () => {
  it("locks an address out whichever machines the guesses come from, then the right password too", async () => {
    const email = await newPerson("victim");
    const guess = (word: string) =>
      test.call("signIn", { body: { email, password: word }, ip: newAddress() }).then(
        () => "in",
        (error) => error.code,
      );
    const { points } = attemptLimits.signInByEmail;
    const answers: string[] = [];
    for (let index = 0; index < points; index += 1) answers.push(await guess(`guess ${index}`));
    expect(new Set(answers)).toEqual(new Set(["sign_in_failed"]));
    await expect(test.call("signIn", { body: { email, password }, ip: newAddress() })).rejects.toMatchObject({
      status: 429,
      code: "too_many_attempts",
      retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 0 && seconds <= 15 * 60),
    });
  });

  it("does not count guesses that were made side by side less than one by one", async () => {
    const email = await newPerson("parallel");
    const { points } = attemptLimits.signInByEmail;
    const answers = await Promise.all(
      Array.from({ length: points + 5 }, () =>
        test.call("signIn", { body: { email, password: "wrong" }, ip: newAddress() }).catch((e) => e.code),
      ),
    );
    expect(answers.filter((code) => code === "sign_in_failed")).toHaveLength(points);
    expect(answers.filter((code) => code === "too_many_attempts")).toHaveLength(5);
  });

  it("locks one machine out that tries many addresses, and nobody else", async () => {
    const email = await newPerson("bystander");
    const { points } = attemptLimits.signInBySource;
    const ip = newAddress();
    const guess = (index: number, from: string) =>
      test
        .call("signIn", { body: { email: `someone${index}@example.com`, password: "x" }, ip: from })
        .catch((error) => error.code);
    const answers = await Promise.all(Array.from({ length: points }, (_, index) => guess(index, ip)));
    expect(new Set(answers)).toEqual(new Set(["sign_in_failed"]));
    expect(await guess(points, ip)).toBe("too_many_attempts");
    expect(await guess(points, `::ffff:${ip}`)).toBe("too_many_attempts");
    await expect(test.signIn(email, password, newAddress())).resolves.toContain("errand.session_token");
  });

  it("starts anew after a sign-in that worked", async () => {
    const email = await newPerson("forgetful");
    const { points } = attemptLimits.signInByEmail;
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < points - 1; index += 1)
        await expect(test.signIn(email, "wrong", newAddress())).rejects.toThrow();
      await test.signIn(email, password, newAddress());
    }
  });

  it("is counted for all processes together", async () => {
    const other = createTestAuth(core);
    const email = await newPerson("twice");
    const { points } = attemptLimits.signInByEmail;
    for (let index = 0; index < points; index += 1) {
      const from = index % 2 === 0 ? test : other;
      await expect(from.signIn(email, "wrong", newAddress())).rejects.toMatchObject({
        code: "sign_in_failed",
      });
    }
    for (const from of [test, other])
      await expect(from.signIn(email, password, newAddress())).rejects.toMatchObject({
        code: "too_many_attempts",
      });
    await other.auth.close();
  });
});

describe("a session", () => {
  it("ends with signing out", async () => {
    const email = await newPerson("leaving");
    const cookie = await test.signIn(email, password);
    const other = await test.signIn(email, password);
    const answer = await test.call("signOut", { cookie });
    expect(setCookiesOf(answer).join()).toMatch(/errand\.session_token=;.*Max-Age=0/);
    expect(await authenticate(core, test.auth, withCookie(cookie))).toBeUndefined();
    expect(await authenticate(core, test.auth, withCookie(other))).toBeDefined();
    await expect(test.call("signOut", { cookie })).rejects.toMatchObject({ code: "session_required" });
  });

  it("ends by itself, and is prolonged by the session route at most once a day", async () => {
    const email = await newPerson("lasting");
    const cookie = await test.signIn(email, password);
    const setEnd = (interval: string) =>
      core.db.autocommit.query({
        text: `update auth_sessions s set "expiresAt" = now() + $2::interval from auth_users u where u.id = s."userId" and email = $1`,
        values: [email, interval],
      });
    expect(setCookiesOf(await test.call("getSession", { cookie }))).toEqual([]);
    await setEnd("5 days");
    await authenticate(core, test.auth, withCookie(cookie));
    const renewed = await test.call("getSession", { cookie });
    expect(setCookiesOf(renewed).join()).toMatch(/errand\.session_token=.*Max-Age=604800/);
    await setEnd("-1 second");
    expect(await authenticate(core, test.auth, withCookie(cookie))).toBeUndefined();
    await expect(test.call("getSession", { cookie })).rejects.toMatchObject({ code: "session_required" });
  });

  it("is for the workspace that is named, else for the first, and for no other", async () => {
    const second = await core.newWorkspace("second");
    const foreign = await core.newWorkspace("foreign");
    const email = await newPerson("both", [workspaceId, second]);
    const cookie = await test.signIn(email, password);
    const as = (id?: string) =>
      authenticate(
        core,
        test.auth,
        withCookie(cookie, id === undefined ? {} : { "x-workspace-id": toId("workspace", id) }),
      );
    expect((await as())?.workspaceId).toBe(workspaceId);
    expect((await as(second))?.workspaceId).toBe(second);
    await expect(as(foreign)).rejects.toMatchObject({ status: 403, code: "not_a_member" });
  });

  it("loses its rights with the membership, at once", async () => {
    const email = await newPerson("removed");
    const cookie = await test.signIn(email, password);
    const caller = await authenticate(core, test.auth, withCookie(cookie));
    await core.db.autocommit.query({ text: "delete from members where id = $1", values: [caller?.id] });
    await expect(authenticate(core, test.auth, withCookie(cookie))).rejects.toMatchObject({
      code: "not_a_member",
    });
    expect(await test.call("getSession", { cookie })).toMatchObject({ body: { memberships: [] } });
  });
});

describe("passwords", () => {
  it("change with the current one, which ends the other sessions", async () => {
    const email = await newPerson("changing");
    const [cookie, other] = [await test.signIn(email, password), await test.signIn(email, password)];
    await expect(
      test.call("changePassword", {
        cookie,
        body: { currentPassword: "wrong", newPassword: "battery staple" },
      }),
    ).rejects.toMatchObject({ status: 422, errors: [{ path: "currentPassword", code: "password_wrong" }] });
    const answer = await test.call("changePassword", {
      cookie,
      body: { currentPassword: password, newPassword: "battery staple" },
    });
    const renewed = cookieHeader(setCookiesOf(answer));
    expect(await authenticate(core, test.auth, withCookie(renewed))).toBeDefined();
    for (const ended of [cookie, other])
      expect(await authenticate(core, test.auth, withCookie(ended))).toBeUndefined();
    await expect(test.signIn(email, password, newAddress())).rejects.toMatchObject({
      code: "sign_in_failed",
    });
    await test.signIn(email, "battery staple", newAddress());
  });

  it("are chosen anew by a mailed token, once, which ends all sessions", async () => {
    const email = await newPerson("forgot");
    const cookie = await test.signIn(email, password);
    await test.call("requestPasswordReset", { body: { email: email.toUpperCase() }, ip: newAddress() });
    await expect.poll(() => test.mails.find(({ to }) => to === email)).toBeDefined();
    const text = test.mails.find(({ to }) => to === email)?.text ?? "";
    const token = /reset-password#token=(\S+)/.exec(text)?.[1] ?? "";
    const { rows } = await core.db.autocommit.query({
      text: "select v::text as row from auth_verifications v",
    });
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token);
    const reset = () => test.call("resetPassword", { body: { token, newPassword: "battery staple" } });
    await reset();
    await expect(reset()).rejects.toMatchObject({ status: 410, code: "reset_token_invalid" });
    expect(await authenticate(core, test.auth, withCookie(cookie))).toBeUndefined();
    await test.signIn(email, "battery staple", newAddress());
  });

  it("let a person in at once who was locked out and then chose a new one by the mailed link", async () => {
    const email = await newPerson("guessing");
    const { points } = attemptLimits.signInByEmail;
    for (let index = 0; index < points; index += 1)
      await expect(test.signIn(email, "wrong", newAddress())).rejects.toThrow();
    await expect(test.signIn(email, password, newAddress())).rejects.toMatchObject({
      code: "too_many_attempts",
    });
    await test.call("requestPasswordReset", { body: { email }, ip: newAddress() });
    await expect.poll(() => test.mails.find(({ to }) => to === email)).toBeDefined();
    const text = test.mails.find(({ to }) => to === email)?.text ?? "";
    const token = /token=(\S+)/.exec(text)?.[1] ?? "";
    await test.call("resetPassword", { body: { token, newPassword: "battery staple" } });
    await test.signIn(email, "battery staple", newAddress());
  });

  it("send nothing to an unknown address, and answer the same", async () => {
    const before = test.mails.length;
    const answer = await test.call("requestPasswordReset", {
      body: { email: "stranger@example.com" },
      ip: newAddress(),
    });
    expect(answer).toBeUndefined();
    expect(test.mails).toHaveLength(before);
  });

  it("fill nobody's mailbox", async () => {
    const email = await newPerson("flooded");
    const ask = () => test.call("requestPasswordReset", { body: { email }, ip: newAddress() });
    for (let index = 0; index < attemptLimits.resetByEmail.points; index += 1) await ask();
    await expect(ask()).rejects.toMatchObject({ status: 429, code: "too_many_attempts" });
  });

  it("of fewer than ten characters are refused before anything else", async () => {
    await expect(
      test.call("resetPassword", { body: { token: "x", newPassword: "short" } }),
    ).rejects.toMatchObject({ issues: [{ path: ["newPassword"] }] });
  });
});
