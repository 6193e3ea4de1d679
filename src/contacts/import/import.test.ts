import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TestApi } from "../../../test/api.ts";
import { createTestCore } from "../../../test/core.ts";
import { createModuleApi } from "../../../test/module-api.ts";
import { AppError, commonErrors } from "../../base/errors.ts";
import { contribute, Extensions } from "../../base/extensions.ts";
import { fromId } from "../../base/ids.ts";
import { contactChanged, contactsModule, deleteContact } from "../index.ts";

let api: TestApi;
/** Runs when a contact was made or changed, in its transaction. */
let onChange: (name: string | null) => Promise<void> = async () => undefined;

beforeAll(async () => {
  const extensions = new Extensions();
  extensions.add([contribute(contactChanged, (_tx, _before, after) => onChange(after.name))]);
  const core = await createTestCore({ extensions });
  api = await createModuleApi(core, [contactsModule(core)]);
});
afterAll(() => api.close());
beforeEach(() => {
  onChange = async () => undefined;
});

interface Item {
  readonly index: number;
  readonly result: string;
  readonly contactId: string | null;
  readonly errors: readonly { readonly path: string; readonly code: string; readonly message: string }[];
}
interface Answer {
  readonly items: readonly Item[];
}

const send = (body: unknown) => api.send("POST", "/v1/contacts/import", { body });

async function run(rows: readonly unknown[], more: { readonly dryRun?: boolean } = {}): Promise<Answer> {
  const { status, body } = await send({ rows, ...more });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Answer;
}

/** The result of each row, with the places and codes of its faults. */
const resultsOf = ({ items }: Answer) =>
  items.map(({ result, errors }) =>
    errors.length === 0 ? result : `${result} ${errors.map(({ path, code }) => `${path}:${code}`)}`,
  );

const read = async (id: string | null | undefined) => (await api.send("GET", `/v1/contacts/${id}`)).body;

async function count(): Promise<number> {
  const { rows } = await api.core.db.autocommit.query<{ count: number }>({
    text: "select count(*)::integer as count from contacts where workspace_id = $1",
    values: [api.workspaceId],
  });
  return rows[0]?.count ?? 0;
}

test("rows make contacts, change those they mean, and leave those that are so already", async () => {
  const made = await run([
    { externalId: "a-1", name: "Anna", tags: ["trial"], attributes: { plan: "pro" } },
    { email: "Ben@example.com", name: "Ben" },
    { phone: "+4930111", name: "Cem" },
  ]);
  expect(made).toMatchObject({ created: 3, updated: 0, unchanged: 0, failed: 0 });
  const [anna, ben, cem] = made.items.map(({ contactId }) => contactId);
  const again = await run([
    { externalId: "a-1", tags: ["vip"], attributes: { seats: 3 } },
    { email: "ben@EXAMPLE.com", externalId: "a-2", phone: "+4930222" },
    { phone: "+4930111", name: "Cem" },
    { name: "Dora" },
  ]);
  expect(again).toMatchObject({
    items: [
      { index: 0, result: "updated", contactId: anna },
      { index: 1, result: "updated", contactId: ben },
      { index: 2, result: "unchanged", contactId: cem },
      { index: 3, result: "created" },
    ],
    created: 1,
    updated: 2,
    unchanged: 1,
  });
  expect(await read(anna)).toMatchObject({
    name: "Anna",
    tags: ["trial", "vip"],
    attributes: { plan: "pro", seats: 3 },
  });
  expect(await read(ben)).toMatchObject({ externalId: "a-2", phone: "+4930222", name: "Ben" });
  expect(resultsOf(await run([{ externalId: "a-2", phone: "+4930222" }]))).toEqual(["unchanged"]);
});

test("a row that fails refuses no other, and each says where and why", async () => {
  await run([{ name: "One", phone: "+4930333" }]);
  await api.send("POST", "/v1/contacts", { body: { name: "Two", phone: "+4930333" } });
  const answer = await run([
    { name: "good", externalId: "b-1" },
    { email: "nobody", surname: "x" },
    { phone: "+4930333" },
    { externalId: "b-1", name: "again" },
    { name: "a\u0000b", attributes: { a: "\ud800" } },
    { externalId: "b-2" },
  ]);
  expect(resultsOf(answer)).toEqual([
    "created",
    "failed email:invalid_format,surname:unknown_field",
    "failed phone:contact_ambiguous",
    "failed externalId:duplicate_row",
    "failed name:text_invalid,attributes:text_invalid",
    "created",
  ]);
  expect(answer.items[3]?.errors[0]?.message).toContain("row 0");
  expect(answer).toMatchObject({ created: 2, failed: 4 });
});

test("a dry run changes nothing and answers what then happens", async () => {
  const rows = [
    { externalId: "c-1", name: "Anna" },
    { externalId: "c-2", name: "Ben" },
    { email: "nobody" },
    { externalId: "c-2" },
  ];
  await run([{ externalId: "c-1" }]);
  const before = await count();
  const wanted = await run(rows, { dryRun: true });
  expect(resultsOf(wanted)).toEqual([
    "updated",
    "created",
    "failed email:invalid_format",
    "failed externalId:duplicate_row",
  ]);
  expect(wanted.items[1]?.contactId).toBeNull();
  expect(await count()).toBe(before);
  expect(await read(wanted.items[0]?.contactId)).toMatchObject({ name: null });
  expect(resultsOf(await run(rows))).toEqual(resultsOf(wanted));
  expect(resultsOf(await run(rows, { dryRun: true })).slice(0, 2)).toEqual(["unchanged", "unchanged"]);
});

test("attributes that grow too large fail at their row, in a dry run as well", async () => {
  await run([{ externalId: "d-1", attributes: { first: "x".repeat(10_000) } }]);
  const rows = [{ externalId: "d-1", attributes: { second: "x".repeat(10_000) } }, { externalId: "d-2" }];
  for (const dryRun of [true, false])
    expect(resultsOf(await run(rows, { dryRun }))).toEqual(["failed attributes:too_large", "created"]);
});

test("500 rows are taken, and what is beyond or none is refused", async () => {
  const rows = Array.from({ length: 500 }, (_none, at) => ({
    externalId: `e-${at}`,
    email: `e${at}@example.com`,
  }));
  expect(await run(rows)).toMatchObject({ created: 500 });
  expect(await run(rows)).toMatchObject({ unchanged: 500 });
  for (const wrong of [[], [...rows, {}]]) {
    const { status, body } = await send({ rows: wrong });
    expect([status, body]).toMatchObject([
      422,
      { errors: [{ path: "rows", message: "must have 1 to 500 rows" }] },
    ]);
  }
});

test.each([
  [{}, "rows"],
  [{ rows: {} }, "rows"],
  [{ rows: [5] }, "rows.0"],
  [{ rows: [{}], dryRun: "yes" }, "dryRun"],
  [{ rows: [{}], update: true }, "update"],
])("%j is refused at %s", async (body, path) => {
  expect(await send(body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
});

test("an import is one entry of the audit log, with its counts; a dry run is none", async () => {
  const entries = async () => {
    const { rows } = await api.core.db.autocommit.query<{ action: string; changes: unknown }>({
      text: "select action, changes from audit_log where workspace_id = $1 order by id desc, at desc",
      values: [api.workspaceId],
    });
    return rows;
  };
  const before = (await entries()).length;
  await run([{ externalId: "f-1" }, { externalId: "f-2" }, { email: "nobody" }], { dryRun: true });
  expect(await entries()).toHaveLength(before);
  await run([{ externalId: "f-1" }, { externalId: "f-2" }, { email: "nobody" }]);
  const after = await entries();
  expect(after).toHaveLength(before + 1);
  const changes = { created: [null, 2], updated: [null, 0], unchanged: [null, 0], failed: [null, 1] };
  expect(after[0]).toEqual({ action: "contact.import", changes });
});

test("what others do meanwhile fails the rows that it concerns, and no more", async () => {
  const [gone] = (await run([{ externalId: "g-1" }])).items;
  const others = new pg.Client({ connectionString: api.core.url });
  await others.connect();
  let isFirst = true;
  // Between the plan and the rows beyond the first fifty.
  onChange = async () => {
    if (!isFirst) return;
    isFirst = false;
    await others.query(
      "insert into contacts (workspace_id, id, external_id) values ($1, uuidv7(), 'g-new')",
      [api.workspaceId],
    );
    await others.query("delete from contacts where id = $1", [fromId("contact", gone?.contactId ?? "")]);
  };
  const filling = Array.from({ length: 50 }, (_none, at) => ({ externalId: `g-filling-${at}` }));
  const last = [{ externalId: "g-1", name: "Gone" }, { externalId: "g-new" }, { name: "Last" }];
  const answer = await run([...filling, ...last]).finally(() => others.end());
  expect(resultsOf(answer).slice(50)).toEqual([
    "failed :not_found",
    "failed externalId:external_id_taken",
    "created",
  ]);
});

test("a row that is refused by what follows contacts is undone alone", async () => {
  onChange = async (name) => {
    if (name === "Refused") throw new AppError(commonErrors.invalid_request, { message: "Not this one." });
  };
  const before = await count();
  const answer = await run([{ name: "Before" }, { name: "Refused" }, { name: "After" }]);
  expect(resultsOf(answer)).toEqual(["created", "failed :invalid_request", "created"]);
  expect(answer.items[1]?.errors[0]?.message).toBe("Not this one.");
  expect(await count()).toBe(before + 2);
});

test("an import that breaks off says in the audit log how far it came, and goes on when it is sent again", async () => {
  onChange = async (name) => {
    if (name === "Broken") throw new Error("the database is away");
  };
  const rows = Array.from({ length: 60 }, (_none, at) => ({
    externalId: `h-${at}`,
    name: at === 55 ? "Broken" : "Good",
  }));
  expect((await send({ rows })).status).toBe(500);
  const { rows: entries } = await api.core.db.autocommit.query({
    text: "select changes from audit_log where workspace_id = $1 and changes->'created' = '[null, 50]'",
    values: [api.workspaceId],
  });
  expect(entries).toHaveLength(1);
  onChange = async () => undefined;
  expect(await run(rows)).toMatchObject({ created: 10, unchanged: 50 });
});

test("imports of the same rows side by side make each contact once", async () => {
  const rows = Array.from({ length: 60 }, (_none, at) => ({ externalId: `i-${at}`, name: "Anna" }));
  const answers = await Promise.all([run(rows), run(rows.toReversed()), run(rows)]);
  const made = answers.flatMap(({ items }) => items.filter(({ result }) => result === "created"));
  expect(made).toHaveLength(60);
  const { rows: found } = await api.core.db.autocommit.query({
    text: "select from contacts where workspace_id = $1 and external_id like 'i-%'",
    values: [api.workspaceId],
  });
  expect(found).toHaveLength(60);
});

test("contacts of other workspaces are never meant", async () => {
  const other = await api.core.newWorkspace();
  await api.core.db.autocommit.query({
    text: "insert into contacts (workspace_id, id, external_id, email) values ($1, uuidv7(), 'j-1', 'j@example.com')",
    values: [other],
  });
  expect(resultsOf(await run([{ externalId: "j-1" }, { email: "j@example.com" }]))).toEqual([
    "created",
    "created",
  ]);
});

test("what is deleted is not found any more", async () => {
  const [item] = (await run([{ email: "k@example.com" }])).items;
  const id = fromId("contact", item?.contactId ?? "") ?? "";
  const origin = { caller: null, requestId: null };
  await api.core.db.tenant(api.workspaceId, (tx) => deleteContact(api.core, tx, id, origin));
  expect(resultsOf(await run([{ email: "k@example.com" }]))).toEqual(["created"]);
});
