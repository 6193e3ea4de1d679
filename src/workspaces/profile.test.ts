import { afterAll, beforeAll, expect, test } from "vitest";
import { makeMember, type TestMember } from "../../test/access/objects.ts";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { fromId } from "../base/ids.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const session = async ({ cookie }: TestMember) =>
  (await app.send("GET", "/v1/auth/session", { headers: { cookie } })).body;
const change = ({ cookie }: TestMember, body: unknown) =>
  app.send("PATCH", "/v1/auth/profile", { headers: { cookie }, body });

test("a person has the browser's time zone and the machine's theme until they choose", async () => {
  const ada = await makeMember(app, app.first, "viewer");
  expect(await session(ada)).toMatchObject({ name: "Ada Novak", timezone: null, theme: "system" });
  const chosen = await change(ada, { timezone: "Europe/Berlin", theme: "dark" });
  expect(chosen).toMatchObject({ status: 200, body: { timezone: "Europe/Berlin", theme: "dark" } });
  expect(await session(ada)).toEqual(chosen.body);
  expect((await change(ada, { theme: "light" })).body).toMatchObject({
    timezone: "Europe/Berlin",
    theme: "light",
  });
  expect((await change(ada, { timezone: null })).body).toMatchObject({ timezone: null, theme: "light" });
  expect((await change(ada, {})).body).toEqual(await session(ada));
  expect(await session(await makeMember(app, app.first, "viewer"))).toMatchObject({ theme: "system" });
});

test("a sign-in answers what was chosen", async () => {
  const invited = await app.first.send("POST", "/v1/invitations", { body: { role: "operator" } });
  const { token } = invited.body as { readonly token: string };
  const person = { email: "chosen@example.com", password: "correct horse" };
  const accepted = await app.send("POST", "/v1/invitations/accept", {
    body: { token, name: "Eva", ...person },
  });
  const [cookie = ""] = accepted.headers.getSetCookie();
  await change({ memberId: "", cookie: cookie.split(";", 1)[0] ?? "" }, { theme: "dark" });
  const { body } = await app.send("POST", "/v1/auth/sign-in", { body: person });
  expect(body).toMatchObject({ name: "Eva", theme: "dark", timezone: null });
});

test("a new name is that of the person in every workspace, and each has it in its audit log", async () => {
  const ada = await makeMember(app, app.first, "operator");
  const invited = await app.second.send("POST", "/v1/invitations", { body: { role: "viewer" } });
  const { token } = invited.body as { readonly token: string };
  const headers = { cookie: ada.cookie };
  const joined = await app.send("POST", "/v1/invitations/accept", { headers, body: { token } });
  const second = (joined.body as { readonly memberId: string }).memberId;

  const changed = await change(ada, { name: "Ada Keller" });
  expect(changed).toMatchObject({ status: 200, body: { name: "Ada Keller", memberships: { length: 2 } } });
  expect(await session(ada)).toMatchObject({ name: "Ada Keller" });
  for (const [workspace, memberId] of [
    [app.first, ada.memberId],
    [app.second, second],
  ] as const) {
    expect((await workspace.send("GET", `/v1/members/${memberId}`)).body).toMatchObject({
      name: "Ada Keller",
    });
    const log = await workspace.send("GET", `/v1/audit-log?action=member.update&targetId=${memberId}`);
    expect((log.body as { items: unknown[] }).items).toMatchObject([
      { actor: { kind: "member", id: memberId }, changes: { name: ["Ada Novak", "Ada Keller"] } },
    ]);
  }
  await change(ada, { name: "Ada Keller" });
  const again = await app.first.send("GET", `/v1/audit-log?action=member.update&targetId=${ada.memberId}`);
  expect(again.body).toMatchObject({ items: { length: 1 } });
});

test("people of whom nobody said so keep their name", async () => {
  const [ada, ben] = [await makeMember(app, app.first, "viewer"), await makeMember(app, app.first, "viewer")];
  await change(ada, { name: "Somebody Else" });
  expect(await session(ben)).toMatchObject({ name: "Ada Novak" });
});

test.each([
  [{ name: "" }, "name", "too_short"],
  [{ name: null }, "name", "invalid_type"],
  [{ name: "a".repeat(201) }, "name", "too_long"],
  [{ name: "a\u0000" }, "name", "text_invalid"],
  [{ timezone: "europe/berlin" }, "timezone", "timezone_unknown"],
  [{ timezone: "+02:00" }, "timezone", "timezone_unknown"],
  [{ theme: "pink" }, "theme", "not_one_of"],
  [{ theme: null }, "theme", "not_one_of"],
  [{ email: "new@example.com" }, "email", "unknown_field"],
])("%j is refused at %s", async (body, path, code) => {
  const ada = await makeMember(app, app.first, "viewer");
  expect(await change(ada, body)).toMatchObject({ status: 422, body: { errors: [{ path, code }] } });
  expect(await session(ada)).toMatchObject({ name: "Ada Novak", timezone: null, theme: "system" });
});

test("a key has no profile, and another site's page may not change one", async () => {
  const refused = await app.first.send("PATCH", "/v1/auth/profile", { body: { theme: "dark" } });
  expect(refused).toMatchObject({ status: 401, body: { code: "session_required" } });
  const { cookie } = await makeMember(app, app.first, "viewer");
  const headers = { cookie, origin: "https://elsewhere.example.com" };
  const foreign = await app.send("PATCH", "/v1/auth/profile", { headers, body: { theme: "dark" } });
  expect(foreign).toMatchObject({ status: 403, body: { code: "cross_origin" } });
});

test("a profile goes with the account", async () => {
  const ada = await makeMember(app, app.first, "viewer");
  await change(ada, { theme: "dark" });
  const count = async () => {
    const { rows } = await app.core.db.autocommit.query<{ count: number }>({
      text: "select count(*)::integer as count from profiles",
    });
    return rows[0]?.count ?? 0;
  };
  const before = await count();
  await app.core.db.autocommit.query({
    text: "delete from auth_users u using members m where m.user_id = u.id and m.id = $1",
    values: [fromId("member", ada.memberId)],
  });
  expect(await count()).toBe(before - 1);
});
