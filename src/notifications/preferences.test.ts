import { afterAll, beforeAll, expect, test } from "vitest";
import { makeMember, type TestMember } from "../../test/access/objects.ts";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { toId } from "../base/ids.ts";
import { notificationKinds } from "./index.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

interface Preferences {
  readonly items: readonly { readonly kind: string; readonly email: boolean }[];
}

const path = "/v1/notifications/preferences";
const get = ({ cookie }: TestMember) => app.send("GET", path, { headers: { cookie } });
const change = ({ cookie }: TestMember, body: unknown) =>
  app.send("PATCH", path, { headers: { cookie }, body });

const unwanted = (body: unknown) =>
  (body as Preferences).items.filter(({ email }) => !email).map(({ kind }) => kind);

test("every kind that a module sends can be chosen, with words for people", async () => {
  const { status, body } = await get(await makeMember(app, app.first, "viewer"));
  expect(status).toBe(200);
  const { items } = body as Preferences;
  expect(items.map(({ kind }) => kind).toSorted()).toEqual([
    "budget.nearly_used_up",
    "budget.used_up",
    "conversation.waits_for_person",
    "task.auto_paused",
    "task.recovered",
    "task.schedule_failed",
  ]);
  for (const item of items)
    expect(item).toEqual({
      kind: expect.any(String),
      title: expect.stringMatching(/^[A-Z][\w ]+$/),
      description: expect.stringMatching(/^[A-Z0-9].+\.$/),
      email: true,
    });
  expect(new Set(app.core.extensions.of(notificationKinds).map(({ title }) => title)).size).toBe(
    items.length,
  );
});

test("a choice is the member's own, stays, and can be taken back", async () => {
  const [ada, ben] = [
    await makeMember(app, app.first, "admin"),
    await makeMember(app, app.first, "operator"),
  ];
  const off = { items: [{ kind: "task.recovered", email: false }] };
  expect(unwanted((await change(ada, off)).body)).toEqual(["task.recovered"]);
  const more = {
    items: [
      { kind: "budget.used_up", email: false },
      { kind: "task.auto_paused", email: true },
    ],
  };
  expect(unwanted((await change(ada, more)).body).toSorted()).toEqual(["budget.used_up", "task.recovered"]);
  expect(unwanted((await get(ada)).body).toSorted()).toEqual(["budget.used_up", "task.recovered"]);
  expect(unwanted((await get(ben)).body)).toEqual([]);
  const on = { items: [{ kind: "task.recovered", email: true }] };
  expect(unwanted((await change(ada, on)).body)).toEqual(["budget.used_up"]);
});

test("a member of two workspaces chooses in each", async () => {
  const { cookie } = await makeMember(app, app.first, "admin");
  const invited = await app.second.send("POST", "/v1/invitations", { body: { role: "viewer" } });
  const { token } = invited.body as { readonly token: string };
  await app.send("POST", "/v1/invitations/accept", { headers: { cookie }, body: { token } });
  const there = { cookie, "x-workspace-id": toId("workspace", app.second.id) };
  const body = { items: [{ kind: "task.recovered", email: false }] };
  expect((await app.send("PATCH", path, { headers: there, body })).status).toBe(200);
  expect(unwanted((await app.send("GET", path, { headers: there })).body)).toEqual(["task.recovered"]);
  expect(unwanted((await app.send("GET", path, { headers: { cookie } })).body)).toEqual([]);
});

test("a key has no preferences, also beside a session, and neither has who is no member any more", async () => {
  const member = await makeMember(app, app.first, "operator");
  const refused = { status: 401, body: { code: "session_required" } };
  expect(await app.first.send("GET", path)).toMatchObject(refused);
  expect(await app.first.send("GET", path, { headers: { cookie: member.cookie } })).toMatchObject(refused);
  await app.first.send("DELETE", `/v1/members/${member.memberId}`);
  expect(await get(member)).toMatchObject({ status: 403, body: { code: "not_a_member" } });
});

test.each([
  [{ items: [{ kind: "task.unknown", email: false }] }, "items.0.kind", "not_one_of"],
  [
    {
      items: [
        { kind: "task.recovered", email: false },
        { kind: "task.recovered", email: true },
      ],
    },
    "items.1.kind",
    "duplicate",
  ],
  [{ items: [] }, "items", "too_few"],
  [{ items: [{ kind: "task.recovered" }] }, "items.0.email", "required"],
  [{}, "items", "required"],
])("%j is refused at %s", async (body, at, code) => {
  const member = await makeMember(app, app.first, "operator");
  expect(await change(member, body)).toMatchObject({ status: 422, body: { errors: [{ path: at, code }] } });
  expect(unwanted((await get(member)).body)).toEqual([]);
});
