import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestApi } from "../../test/api.ts";
import { createTestCore } from "../../test/core.ts";
import { createModuleApi } from "../../test/module-api.ts";
import { contribute, Extensions } from "../base/extensions.ts";
import { fromId } from "../base/ids.ts";
import { contactDeleted, contactsModule, ensureContact, loadContactForAgent, rememberFact } from "./index.ts";

let api: TestApi;
const deleted: string[] = [];

beforeAll(async () => {
  const extensions = new Extensions();
  extensions.add([
    contribute(contactDeleted, async (_tx, contactId) => {
      deleted.push(contactId);
    }),
  ]);
  const core = await createTestCore({ extensions });
  api = await createModuleApi(core, [contactsModule(core)]);
});
afterAll(() => api.close());

interface ContactBody {
  readonly id: string;
  readonly attributes: Record<string, unknown>;
  readonly optedOutAt: string | null;
}

async function create(body: Record<string, unknown> = {}): Promise<ContactBody> {
  const answer = await api.send("POST", "/v1/contacts", { body });
  expect(answer.status).toBe(201);
  return answer.body as ContactBody;
}

const uuidOf = (contact: ContactBody) => fromId("contact", contact.id) ?? "";

test("a contact is made, read, changed and deleted", async () => {
  const full = {
    name: "Anna Keller",
    email: "Anna@example.com",
    phone: "+4930123456",
    timezone: "Europe/Berlin",
    language: "de-AT",
    attributes: { plan: "pro", seats: 12 },
    tags: ["trial", "vip"],
    externalId: "crm-1",
    meta: { source: "import" },
  };
  const contact = await create(full);
  expect(contact).toMatchObject({ ...full, optedOutAt: null, identities: [] });
  expect((await api.send("GET", `/v1/contacts/${contact.id}`)).body).toEqual(contact);

  const body = { name: null, attributes: { plan: "team", seats: null, city: "Graz" }, tags: [] };
  const changed = await api.send("PATCH", `/v1/contacts/${contact.id}`, { body });
  expect(changed.body).toMatchObject({
    name: null,
    email: full.email,
    attributes: { plan: "team", city: "Graz" },
    tags: [],
    meta: full.meta,
  });
  expect((changed.body as ContactBody).attributes).not.toHaveProperty("seats");

  expect((await api.send("DELETE", `/v1/contacts/${contact.id}`)).status).toBe(204);
  expect((await api.send("GET", `/v1/contacts/${contact.id}`)).status).toBe(404);
  expect((await api.send("DELETE", `/v1/contacts/${contact.id}`)).status).toBe(404);
  expect(deleted).toContain(uuidOf(contact));
  const { rows } = await api.core.db.autocommit.query<{ action: string }>({
    text: "select action from audit_log where target_id = $1 order by id",
    values: [uuidOf(contact)],
  });
  expect(rows.map(({ action }) => action)).toEqual(["contact.create", "contact.update", "contact.delete"]);
});

test.each([
  [{ email: "anna" }, "email"],
  [{ phone: "030123456" }, "phone"],
  [{ phone: "+1234567890123456" }, "phone"],
  [{ timezone: "Mars/Olympus" }, "timezone"],
  [{ timezone: "+02:00" }, "timezone"],
  [{ language: "not a tag" }, "language"],
  [{ tags: ["a", "a"] }, "tags"],
  [{ tags: [""] }, "tags.0"],
  [{ name: "a\u0000" }, "name"],
  [{ attributes: { big: "x".repeat(17_000) } }, "attributes"],
  [{ surname: "Keller" }, "surname"],
])("%j is refused at %s", async (body, path) => {
  const answer = await api.send("POST", "/v1/contacts", { body });
  expect(answer.status).toBe(422);
  expect(answer.body).toMatchObject({ errors: [{ path }] });
});

test("an externalId belongs to one contact", async () => {
  await create({ externalId: "taken" });
  const other = await create();
  const taken = { code: "external_id_taken", errors: [{ path: "externalId" }] };
  const made = await api.send("POST", "/v1/contacts", { body: { externalId: "taken" } });
  expect([made.status, made.body]).toMatchObject([409, taken]);
  const changed = await api.send("PATCH", `/v1/contacts/${other.id}`, { body: { externalId: "taken" } });
  expect([changed.status, changed.body]).toMatchObject([409, taken]);
});

test("lists are filtered, newest first, page by page", async () => {
  const first = await create({ tags: ["filter"], email: "Filter@Example.com", externalId: "filter-1" });
  const second = await create({ tags: ["filter", "other"] });
  const third = await create({ tags: ["filter"] });
  await api.send("POST", `/v1/contacts/${third.id}/opt-out`);
  const list = async (query: string) => {
    const { status, body } = await api.send("GET", `/v1/contacts?${query}`);
    expect(status).toBe(200);
    const { items, nextCursor } = body as { items: ContactBody[]; nextCursor: string | null };
    return { ids: items.map(({ id }) => id), nextCursor };
  };
  const page = await list("tag=filter&limit=2");
  expect(page.ids).toEqual([third.id, second.id]);
  expect((await list(`tag=filter&limit=2&cursor=${page.nextCursor}`)).ids).toEqual([first.id]);
  expect((await list("email=filter@example.COM")).ids).toEqual([first.id]);
  expect((await list("externalId=filter-1")).ids).toEqual([first.id]);
  expect((await list("tag=filter&optedOut=true")).ids).toEqual([third.id]);
  expect((await list("tag=filter&optedOut=false")).ids).toEqual([second.id, first.id]);
});

test("opting out keeps its first time and reason, opting in ends it", async () => {
  const { id } = await create();
  const out = await api.send("POST", `/v1/contacts/${id}/opt-out`, { body: { reason: "by phone" } });
  expect(out.body).toMatchObject({ optedOutAt: expect.any(String), optedOutReason: "by phone" });
  const again = await api.send("POST", `/v1/contacts/${id}/opt-out`);
  expect(again.body).toMatchObject({
    optedOutAt: (out.body as ContactBody).optedOutAt,
    optedOutReason: "by phone",
  });
  const back = await api.send("POST", `/v1/contacts/${id}/opt-in`);
  expect(back.body).toMatchObject({ optedOutAt: null, optedOutReason: null });
});

test("memory: the same key replaces, expired facts are gone, the agent gets the rest", async () => {
  const { core, workspaceId } = api;
  const contact = await create({ name: "Ben", attributes: { plan: "pro" } });
  const contactId = uuidOf(contact);
  const remember = (fact: { text: string; key?: string; value?: unknown; expiresInDays?: number }) =>
    core.db.tenant(workspaceId, (tx) => rememberFact(tx, { ...fact, contactId, source: "agent" }));
  const id = await remember({ key: "diet", value: ["vegan"], text: "eats vegan" });
  expect(await remember({ key: "diet", value: null, text: "eats anything\u0000" })).toBe(id);
  await remember({ text: "likes trains", expiresInDays: 30 });
  await remember({ text: "is on holiday", expiresInDays: 0 });
  const known = await core.db.tenant(workspaceId, (tx) => loadContactForAgent(tx, contactId));
  expect(known).toMatchObject({ name: "Ben", attributes: { plan: "pro" }, optedOut: false });
  expect(known?.memory).toEqual([
    { key: null, value: null, text: "likes trains" },
    { key: "diet", value: null, text: "eats anything" },
  ]);
  const listed = await api.send("GET", `/v1/contacts/${contact.id}/memory`);
  expect(listed.body).toMatchObject({
    items: [{ text: "likes trains", source: "agent", expiresAt: expect.any(String) }, { key: "diet" }],
  });
});

test("a proved externalId is one contact whoever comes first, and fills only what is missing", async () => {
  const { core, workspaceId } = api;
  const ensure = (name: string) =>
    core.db.tenant(workspaceId, (tx) => ensureContact(tx, { externalId: "proved", name }));
  const contacts = await Promise.all(["A", "B", "C", "D"].map(ensure));
  expect(new Set(contacts.map(({ id }) => id)).size).toBe(1);
  const [first] = contacts;
  await core.db.tenant(workspaceId, async (tx) => {
    const known = { externalId: "proved", name: "Other", email: "new@example.com" };
    expect(await ensureContact(tx, known)).toMatchObject({
      name: first?.name,
      email: "new@example.com",
    });
  });
});
