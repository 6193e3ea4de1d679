import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { newId } from "../base/ids.ts";
import type { TenantTx } from "../db/index.ts";
import { type ContactFilter, contactFilterSchema } from "./filter.ts";
import {
  countContacts,
  createContact,
  deleteContact,
  filterByContact,
  matchContacts,
  noteActivity,
  optOut,
  rememberFact,
} from "./index.ts";

const origin = { caller: null, requestId: null };

let core: TestCore;
let workspaceId: string;
const names = new Map<string, string>();
const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => core.db.tenant(workspaceId, work);

beforeAll(async () => {
  core = await createTestCore();
  workspaceId = await core.newWorkspace();
  const people = {
    Anna: {
      email: "Anna@Example.com",
      language: "de",
      tags: ["vip", "o'hara"],
      attributes: { plan: "pro", seats: 12, trial: true, bought: "2027-03-01", cities: ["Graz", "Linz"] },
    },
    Ben: {
      phone: "+4930123456",
      language: "en",
      tags: ["trial"],
      attributes: { plan: "free", seats: 3, trial: false, bought: "2027-03-05T10:00:00+02:00" },
    },
    Cleo: { externalId: "crm-1", attributes: { plan: "Pro plus", seats: "many", bought: "soon" } },
    Dora: {},
  };
  await tenant(async (tx) => {
    for (const [name, fields] of Object.entries(people)) {
      const { id } = await createContact(core, tx, { name, ...fields }, origin);
      names.set(id, name);
      if (name === "Anna") {
        await rememberFact(tx, { contactId: id, key: "diet", value: "vegan", text: "vegan", source: "api" });
        await noteActivity(tx, id);
      }
      if (name === "Ben")
        await rememberFact(tx, { contactId: id, key: "diet", text: "over", expiresInDays: 0, source: "api" });
    }
  });
  // Another workspace's contacts match whatever is asked for.
  const other = await core.newWorkspace();
  await core.db.tenant(other, async (tx) => {
    await createContact(core, tx, { name: "Anna", ...people.Anna }, origin);
  });
});
afterAll(() => core.close());

async function match(filter: ContactFilter): Promise<readonly string[]> {
  const parsed = contactFilterSchema.parse(filter);
  const [ids, count] = await tenant((tx) =>
    Promise.all([matchContacts(tx, parsed, { limit: 100 }), countContacts(tx, parsed)]),
  );
  expect(count).toBe(ids.length);
  const asked = await tenant((tx) =>
    Promise.all([...names.keys()].map((id) => filterByContact(tx, id, [{ filter: parsed }]))),
  );
  expect([...names.keys()].filter((_, place) => asked[place]?.length === 1)).toEqual(ids);
  return ids.map((id) => names.get(id) ?? "somebody else's");
}

const attribute = (name: string, comparison: object): ContactFilter => ({
  attribute: { name, ...comparison },
});
const aMinuteAgo = () => new Date(Date.now() - 60_000).toISOString();

test.each<[ContactFilter, readonly string[]]>([
  [{ all: [] }, ["Anna", "Ben", "Cleo", "Dora"]],
  [{ tag: "vip" }, ["Anna"]],
  [{ tag: "o'hara" }, ["Anna"]],
  [attribute("plan", { equals: "pro" }), ["Anna"]],
  [attribute("seats", { equals: 12 }), ["Anna"]],
  [attribute("seats", { equals: "12" }), []],
  [attribute("trial", { equals: false }), ["Ben"]],
  [attribute("plan", { in: ["pro", "free", "o'"] }), ["Anna", "Ben"]],
  [attribute("seats", { exists: true }), ["Anna", "Ben", "Cleo"]],
  [attribute("seats", { exists: false }), ["Dora"]],
  [attribute("seats", { greaterThan: 3 }), ["Anna"]],
  [attribute("seats", { lessThan: 12.5, greaterThan: 2 }), ["Anna", "Ben"]],
  [attribute("bought", { before: "2027-03-01T00:00:01Z" }), ["Anna"]],
  [attribute("bought", { after: "2027-03-01" }), ["Ben"]],
  [attribute("bought", { after: "2027-03-05T09:00:00Z" }), []],
  [attribute("plan", { contains: "PRO" }), ["Anna", "Cleo"]],
  [attribute("plan", { contains: "%" }), []],
  [attribute("cities", { contains: "Graz" }), ["Anna"]],
  [attribute("it's", { exists: false }), ["Anna", "Ben", "Cleo", "Dora"]],
  [{ memory: { key: "diet", exists: true } }, ["Anna"]],
  [{ memory: { key: "diet", exists: false } }, ["Ben", "Cleo", "Dora"]],
  [{ memory: { key: "diet", equals: "vegan" } }, ["Anna"]],
  [{ memory: { key: "diet", equals: "fish" } }, []],
  [{ field: { name: "email", equals: "anna@EXAMPLE.com" } }, ["Anna"]],
  [{ field: { name: "email", exists: false } }, ["Ben", "Cleo", "Dora"]],
  [{ field: { name: "language", equals: "en" } }, ["Ben"]],
  [{ field: { name: "externalId", exists: true, equals: "crm-1" } }, ["Cleo"]],
  [{ field: { name: "phone", equals: "+4930123456" } }, ["Ben"]],
  [{ field: { name: "timezone", exists: true } }, []],
  [{ lastActivity: { withinSeconds: 3_600 } }, ["Anna"]],
  [{ lastActivity: { after: aMinuteAgo() } }, ["Anna"]],
  [{ lastActivity: { before: aMinuteAgo() } }, []],
  [{ not: { lastActivity: { after: aMinuteAgo() } } }, ["Ben", "Cleo", "Dora"]],
  [{ any: [{ tag: "vip" }, { tag: "trial" }] }, ["Anna", "Ben"]],
  [{ not: { any: [{ tag: "vip" }, { tag: "trial" }] } }, ["Cleo", "Dora"]],
  [{ all: [{ any: [{ tag: "vip" }, { tag: "trial" }] }, { not: { tag: "vip" } }] }, ["Ben"]],
  [{ tag: "vip", field: { name: "language", equals: "en" } }, []],
])("%j", async (filter, expected) => {
  expect(await match(filter)).toEqual(expected);
});

test("pages go on beyond an id, and those who opted out are left out if wanted", async () => {
  const everybody = { all: [] };
  const { id } = await tenant((tx) => createContact(core, tx, { name: "Emil", tags: ["out"] }, origin));
  await tenant((tx) => optOut(core, tx, id, "api", origin));
  const first = await tenant((tx) => matchContacts(tx, everybody, { limit: 3 }));
  const rest = await tenant((tx) => matchContacts(tx, everybody, { limit: 3, after: first.at(-1) }));
  expect([...first, ...rest]).toEqual([...names.keys(), id].toSorted());
  const willing = await tenant((tx) => matchContacts(tx, everybody, { limit: 9, optedOut: false }));
  expect(willing).not.toContain(id);
  expect(await tenant((tx) => countContacts(tx, { tag: "out" }, { optedOut: true }))).toBe(1);
  expect(await tenant((tx) => countContacts(tx, { tag: "out" }, { optedOut: false }))).toBe(0);
  await tenant((tx) => deleteContact(core, tx, id, origin));
});

test("of several things those are found whose filters mean the contact", async () => {
  const [anna = ""] = names.keys();
  const things = [{ tag: "trial" }, { tag: "vip" }, { all: [] }, { not: { all: [] } }].map(
    (filter, number) => ({
      ...{ filter, number },
    }),
  );
  const numbers = async (contactId: string, place = workspaceId) =>
    (await core.db.tenant(place, (tx) => filterByContact(tx, contactId, things))).map(({ number }) => number);
  expect(await numbers(anna)).toEqual([1, 2]);
  expect(await numbers(newId())).toEqual([]);
  expect(await numbers(anna, await core.newWorkspace())).toEqual([]);
  expect(await tenant((tx) => filterByContact(tx, anna, []))).toEqual([]);
});

test("outside a workspace nothing is found but an error", async () => {
  const asSystem = core.db.system((tx) => countContacts({ ...tx, workspaceId }, { all: [] }));
  await expect(asSystem).rejects.toThrow("a search outside a workspace");
});

describe("is refused", () => {
  const nested = (levels: number): object => (levels === 0 ? { tag: "a" } : { not: nested(levels - 1) });
  test.each<[object, string, string]>([
    [{}, "", "must name a condition"],
    [{ tags: "a" }, "", "tags"],
    [{ tag: "a\u0000" }, "tag", "NUL"],
    [{ attribute: { name: "plan" } }, "attribute", "must also name"],
    [{ attribute: { name: "plan", before: "tomorrow" } }, "attribute.before", "instant such as"],
    [{ attribute: { name: "plan", equals: { a: 1 } } }, "attribute.equals", ""],
    [{ any: [] }, "any", ""],
    [{ all: [{ tag: "" }] }, "all.0.tag", "empty"],
    [{ field: { name: "name", exists: true } }, "field.name", ""],
    [nested(5), "", "5 levels"],
    [{ all: Array.from({ length: 20 }, () => ({ any: Array(6).fill({ tag: "a" }) })) }, "", "100 conditions"],
  ])("%j", (filter, path, message) => {
    const { error } = contactFilterSchema.safeParse(filter);
    const [issue] = error?.issues ?? [];
    expect(issue?.path.join(".")).toBe(path);
    expect(issue?.message).toContain(message);
  });
});
