import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestApi } from "../../test/api.ts";
import { createTestCore } from "../../test/core.ts";
import { createModuleApi } from "../../test/module-api.ts";
import { until } from "../../test/until.ts";
import { contribute, Extensions } from "../base/extensions.ts";
import { fromId, newId, toId } from "../base/ids.ts";
import type { Contact } from "./contact.ts";
import {
  contactChanged,
  contactDeleted,
  contactsModule,
  ensureContact,
  loadContactForAgent,
  rememberFact,
} from "./index.ts";

let api: TestApi;
const deleted: string[] = [];
const changes: { readonly before: Contact | undefined; readonly after: Contact }[] = [];

beforeAll(async () => {
  const extensions = new Extensions();
  extensions.add([
    contribute(contactDeleted, async (_tx, contactId) => {
      deleted.push(contactId);
    }),
    contribute(contactChanged, async (_tx, before, after) => {
      changes.push({ before, after });
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

test("attributes stay within their limit however many changes make them up", async () => {
  const { id } = await create({ attributes: { first: "x".repeat(10_000) } });
  const change = (attributes: unknown) => api.send("PATCH", `/v1/contacts/${id}`, { body: { attributes } });
  const { status, body } = await change({ second: "x".repeat(10_000) });
  expect([status, body]).toMatchObject([422, { errors: [{ path: "attributes", code: "too_large" }] }]);
  expect((await change({ first: null, second: "x".repeat(10_000) })).status).toBe(200);
});

test("of deletions side by side one finds the contact", async () => {
  const { id } = await create();
  const answers = await Promise.all([1, 2, 3].map(() => api.send("DELETE", `/v1/contacts/${id}`)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404, 404]);
});

test.each(["0000-01-01T00:00:00Z", "2027-01-01T00:00:00-23:59", "9999-12-31T23:59:59-01:00"])(
  "createdAfter=%s is refused, since the database knows no such time",
  async (at) => {
    const { status, body } = await api.send("GET", `/v1/contacts?createdAfter=${encodeURIComponent(at)}`);
    expect([status, body]).toMatchObject([422, { errors: [{ path: "createdAfter", code: "out_of_range" }] }]);
  },
);

test("an externalId belongs to one contact", async () => {
  await create({ externalId: "taken" });
  const other = await create();
  const taken = { code: "external_id_taken", errors: [{ path: "externalId" }] };
  const made = await api.send("POST", "/v1/contacts", { body: { externalId: "taken" } });
  expect([made.status, made.body]).toMatchObject([409, taken]);
  const changed = await api.send("PATCH", `/v1/contacts/${other.id}`, { body: { externalId: "taken" } });
  expect([changed.status, changed.body]).toMatchObject([409, taken]);
});

test("PUT makes the contact with an externalId or changes it, and leaves what is not named", async () => {
  const externalId = "crm/7 \u00fc";
  const made = await api.send("PUT", "/v1/contacts", {
    body: { externalId, name: "Anna", tags: ["trial"], attributes: { plan: "pro", seats: 1 } },
  });
  expect([made.status, made.body]).toMatchObject([201, { name: "Anna", externalId: "crm/7 \u00fc" }]);
  const changed = await api.send("PUT", "/v1/contacts", {
    body: { externalId, email: "a@example.com", attributes: { seats: null } },
  });
  expect([changed.status, changed.body]).toMatchObject([
    200,
    {
      ...(made.body as ContactBody),
      email: "a@example.com",
      attributes: { plan: "pro" },
      updatedAt: expect.any(String),
    },
  ]);
  expect((changed.body as ContactBody).attributes).toEqual({ plan: "pro" });
  const { id } = made.body as ContactBody;
  const mine = changes.filter(({ after }) => toId("contact", after.id) === id);
  expect(mine.map(({ before, after }) => [before?.email, after.email])).toEqual([
    [undefined, null],
    [null, "a@example.com"],
  ]);
  const { rows } = await api.core.db.autocommit.query<{ action: string; changes: object }>({
    text: "select action, changes from audit_log where target_id = $1 order by id",
    values: [fromId("contact", id)],
  });
  expect(rows).toMatchObject([
    { action: "contact.create" },
    { action: "contact.update", changes: { email: [null, "a@example.com"] } },
  ]);
  const refused = await api.send("PUT", "/v1/contacts", { body: { name: "Nobody" } });
  expect([refused.status, refused.body]).toMatchObject([422, { errors: [{ path: "externalId" }] }]);
});

test("twenty upserts at once make one contact with everybody's attributes", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      api.send("PUT", "/v1/contacts", { body: { externalId: "race", attributes: { [`k${index}`]: index } } }),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(19).fill(200), 201]);
  const ids = new Set(answers.map(({ body }) => (body as ContactBody).id));
  expect(ids.size).toBe(1);
  const { body } = await api.send("GET", `/v1/contacts/${[...ids][0]}`);
  expect(Object.keys((body as ContactBody).attributes)).toHaveLength(20);
});

test("an upsert that waits for another's insert changes what that one made", async () => {
  const { core, workspaceId } = api;
  const [inserted, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = core.db.tenant(workspaceId, async (tx) => {
    const contact = await ensureContact(core, tx, { externalId: "forced", name: "First" });
    inserted.resolve();
    await goOn.promise;
    return contact;
  });
  await inserted.promise;
  const second = api.send("PUT", "/v1/contacts", { body: { externalId: "forced", language: "de" } });
  await until("the upsert to wait", async () => {
    const { rowCount } = await core.db.autocommit.query({
      text: `select from pg_locks where not granted
        and pid in (select pid from pg_stat_activity where datname = current_database())`,
    });
    return (rowCount ?? 0) > 0;
  });
  goOn.resolve();
  const { id } = await first;
  expect(await second).toMatchObject({
    status: 200,
    body: { id: toId("contact", id), name: "First", language: "de" },
  });
});

test("lists are searched by any part of what identifies a contact, also together with filters", async () => {
  const anna = await create({ name: "\u00c4nna 100%", email: "Q1@Example.com", language: "de", tags: ["s"] });
  const ben = await create({ phone: "+43660777", externalId: "erp_99", language: "en", tags: ["s"] });
  const list = async (query: string) => {
    const { status, body } = await api.send("GET", `/v1/contacts?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return (body as { items: ContactBody[] }).items.map(({ id }) => id);
  };
  const both = [ben.id, anna.id];
  expect(await list("q=%C3%A4NNA")).toEqual([anna.id]);
  expect(await list("q=100%25")).toEqual([anna.id]);
  expect(await list("q=q1@ex")).toEqual([anna.id]);
  expect(await list("q=3660777")).toEqual([ben.id]);
  expect(await list("q=erp_")).toEqual([ben.id]);
  expect(await list("q=erpx99")).toEqual([]);
  expect(await list("tag=s&q=e")).toEqual(both);
  expect(await list("tag=s&language=de")).toEqual([anna.id]);
  expect(await list("tag=s&phone=%2B43660777")).toEqual([ben.id]);
  const now = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
  expect(await list(`tag=s&createdBefore=${now}`)).toEqual(both);
  expect(await list(`tag=s&createdAfter=${now}`)).toEqual([]);
  for (const query of ["q=", "q=%00", "tag=%00", "externalId=%00", "createdAfter=yesterday"])
    expect((await api.send("GET", `/v1/contacts?${query}`)).status, query).toBe(422);
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

test("contacts are listed by their ids, newest first, page by page", async () => {
  const ids = [];
  for (let i = 0; i < 3; i += 1) ids.push((await create({ name: `Named ${i}` })).id);
  const read = async (query: string) => {
    const { status, body } = await api.send("GET", `/v1/contacts?${query}`);
    return { status, ...(body as { items?: readonly ContactBody[]; nextCursor?: string | null }) };
  };
  const asked = `ids=${[...ids, toId("contact", newId())].join(",")}`;
  expect((await read(asked)).items?.map(({ id }) => id)).toEqual(ids.toReversed());
  const first = await read(`${asked}&limit=2`);
  const second = await read(`${asked}&limit=2&cursor=${first.nextCursor}`);
  expect([...(first.items ?? []), ...(second.items ?? [])].map(({ id }) => id)).toEqual(ids.toReversed());
  expect(second.nextCursor).toBeNull();
  expect(await read(`${asked}&tag=vip`)).toMatchObject({ status: 422, errors: [{ path: "ids" }] });
  const { status, errors } = (await read("ids=contact_1")) as { status: number; errors?: unknown };
  expect([status, errors]).toMatchObject([
    422,
    [{ path: "ids", message: expect.stringContaining("contact_1") }],
  ]);
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

test("memory is written, changed and forgotten by API, with who did it", async () => {
  const { id } = await create();
  const path = `/v1/contacts/${id}/memory`;
  const body = { key: "diet", value: { no: "meat" }, text: "Eats no meat." };
  const made = await api.send("POST", path, { body });
  expect([made.status, made.body]).toMatchObject([
    201,
    { ...body, source: "api", executionId: null, expiresAt: null },
  ]);
  const { id: factId } = made.body as { id: string };
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const replaced = await api.send("POST", path, { body: { key: "diet", text: "Eats fish.", expiresAt } });
  expect(replaced).toMatchObject({
    status: 201,
    body: { id: factId, value: null, text: "Eats fish.", expiresAt },
  });
  const changed = await api.send("PATCH", `${path}/${factId}`, { body: { value: "fish", expiresAt: null } });
  expect(changed).toMatchObject({
    status: 200,
    body: { id: factId, key: "diet", value: "fish", text: "Eats fish.", expiresAt: null },
  });

  const elsewhere = await create();
  const foreign = `/v1/contacts/${elsewhere.id}/memory/${factId}`;
  expect((await api.send("PATCH", foreign, { body: { text: "x" } })).status).toBe(404);
  expect((await api.send("DELETE", foreign)).status).toBe(404);
  expect((await api.send("DELETE", `${path}/${factId}`)).status).toBe(204);
  expect((await api.send("DELETE", `${path}/${factId}`)).status).toBe(404);
  expect((await api.send("GET", path)).body).toEqual({ items: [], nextCursor: null });
  const { rows } = await api.core.db.autocommit.query<{ action: string }>({
    text: "select action from audit_log where target_id = $1 order by id",
    values: [fromId("memory", factId)],
  });
  expect(rows.map(({ action }) => action)).toEqual([
    ...["contact_memory.create", "contact_memory.create"],
    ...["contact_memory.update", "contact_memory.delete"],
  ]);
});

test("an expired fact cannot be changed, and none is made that has expired", async () => {
  const { id } = await create();
  const path = `/v1/contacts/${id}/memory`;
  const { body } = await api.send("POST", path, { body: { text: "On holiday." } });
  const factId = (body as { id: string }).id;
  await api.core.db.autocommit.query({
    text: "update contact_memory set expires_at = now() - interval '1 second' where id = $1",
    values: [fromId("memory", factId)],
  });
  expect((await api.send("PATCH", `${path}/${factId}`, { body: { text: "x" } })).status).toBe(404);
  for (const [fact, at] of [
    [{ text: "x", expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
    [{ text: "" }, "text"],
    [{ text: "x", value: "a\u0000" }, "value"],
    [{ text: "x", key: "" }, "key"],
    [{ text: "x", source: "agent" }, "source"],
  ] as const)
    expect(await api.send("POST", path, { body: fact })).toMatchObject({
      status: 422,
      body: { errors: [{ path: at }] },
    });
});

test("a proved externalId is one contact whoever comes first, and fills only what is missing", async () => {
  const { core, workspaceId } = api;
  const ensure = (name: string) =>
    core.db.tenant(workspaceId, (tx) => ensureContact(core, tx, { externalId: "proved", name }));
  const contacts = await Promise.all(["A", "B", "C", "D"].map(ensure));
  expect(new Set(contacts.map(({ id }) => id)).size).toBe(1);
  expect(new Set(contacts.map(({ name }) => name)).size).toBe(1);
  const [first] = contacts;
  await core.db.tenant(workspaceId, async (tx) => {
    const known = { externalId: "proved", name: "Other", email: "new@example.com" };
    expect(await ensureContact(core, tx, known)).toMatchObject({
      name: first?.name,
      email: "new@example.com",
    });
  });
});
