import { afterAll, describe, expect, it } from "vitest";
import { newId, toId } from "../../src/base/ids.ts";
import { notify } from "../../src/notifications/index.ts";
import { makeObject } from "../access/objects.ts";
import { readOperations } from "../access/operations.ts";
import { createTestApp } from "../app.ts";

/** The `q` of every list that the API's own document has: the same rules for all of them. */

const app = await createTestApp();
const { first } = app;
afterAll(() => app.close());

const lists = readOperations((await app.send("GET", "/openapi.json")).body).filter(
  ({ method, isPaged }) => method === "GET" && isPaged,
);

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

async function get(path: string, query: Readonly<Record<string, string>>) {
  const { status, body } = await first.send("GET", `${path}?${new URLSearchParams(query)}`);
  return { status, body: body as Page & { readonly errors?: readonly unknown[] } };
}

async function post(path: string, body: unknown): Promise<string> {
  const answer = await first.send("POST", path, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return (answer.body as { readonly id: string }).id;
}

/** Characters that mean something to LIKE, in a text that stands nowhere else. */
const signs = String.raw`50%_off\ "now"`;
const textOf = (mark: string) => `Äpfel ${mark} ${signs}`;

const newContact = (name: string) => post("/v1/contacts", { name });
const newTask = async (name: string) => {
  const agentId = await makeObject(app, first, "agentId");
  return post("/v1/tasks", { name, description: "Write a report.", agentId });
};

interface Search {
  /** Where to ask; with the ids of what was made for it. */
  readonly path: string;
  /** The items that are to be found. */
  readonly ids: readonly string[];
}

/** Makes what each list finds by a text; by the list's path. */
const searches: Readonly<Record<string, (text: string, mark: string) => Promise<Search>>> = {
  "/v1/members": async (_text, mark) => {
    const invitation = await first.send("POST", "/v1/invitations", { body: { role: "viewer" } });
    const { token } = invitation.body as { readonly token: string };
    const person = { name: textOf(mark), email: `${newId()}@example.com`, password: "correct horse" };
    const accepted = await app.send("POST", "/v1/invitations/accept", { body: { token, ...person } });
    return { path: "/v1/members", ids: [(accepted.body as { readonly memberId: string }).memberId] };
  },
  "/v1/api-keys": async (name) => ({
    path: "/v1/api-keys",
    ids: [await post("/v1/api-keys", { name, scope: "read" })],
  }),
  "/v1/notifications": async (text) => {
    const kind = { kind: "test", title: "Test", description: "A notice of the tests." } as const;
    const notice = { kind, severity: "info", title: "Of the tests", body: text } as const;
    const id = await app.core.db.tenant(first.id, (tx) => notify(app.core, tx, notice));
    return { path: "/v1/notifications", ids: [toId("notification", id ?? "")] };
  },
  "/v1/contacts": async (name) => ({ path: "/v1/contacts", ids: [await newContact(name)] }),
  "/v1/contacts/{contactId}/memory": async (text) => {
    const path = `/v1/contacts/${await newContact("Anna")}/memory`;
    const ids = [
      await post(path, { text: "Likes apples.", key: "apples", value: text }),
      await post(path, { text }),
    ];
    await post(path, { text: "Likes pears." });
    return { path, ids };
  },
  "/v1/channels": async (name) => ({
    path: "/v1/channels",
    ids: [await post("/v1/channels", { platform: "web", kind: "widget", name })],
  }),
  "/v1/conversations": async (name) => {
    const conversationId = await makeObject(app, first, "conversationId");
    const { body } = await first.send("GET", `/v1/conversations/${conversationId}`);
    const { contactId } = body as { readonly contactId: string };
    await first.send("PATCH", `/v1/contacts/${contactId}`, { body: { name } });
    return { path: "/v1/conversations", ids: [conversationId] };
  },
  "/v1/conversations/{conversationId}/messages": async (text) => {
    const path = `/v1/conversations/${await makeObject(app, first, "conversationId")}/messages`;
    const ids = [await post(path, { text }), await post(path, { text: `Once more: ${text}` })];
    await post(path, { text: "Something else" });
    return { path, ids };
  },
  "/v1/agents": async (instructions) => {
    const modelProviderId = await makeObject(app, first, "modelProviderId");
    const agent = { name: "Mia", instructions, modelProviderId, model: "sandbox" };
    return { path: "/v1/agents", ids: [await post("/v1/agents", agent)] };
  },
  "/v1/model-providers": async (name) => ({
    path: "/v1/model-providers",
    ids: [await post("/v1/model-providers", { name, kind: "sandbox" })],
  }),
  "/v1/tools": async (description) => {
    const id = await makeObject(app, first, "toolId");
    await first.send("PATCH", `/v1/tools/${id}`, { body: { description } });
    return { path: "/v1/tools", ids: [id] };
  },
  "/v1/knowledge": async (title) => ({
    path: "/v1/knowledge",
    ids: [await post("/v1/knowledge", { title, text: "Within two days." })],
  }),
  "/v1/tasks": async (name) => ({ path: "/v1/tasks", ids: [await newTask(name)] }),
  "/v1/executions": async (name) => ({
    path: "/v1/executions",
    ids: [await post(`/v1/tasks/${await newTask(name)}/trigger`, {})],
  }),
  "/v1/tasks/{taskId}/executions": async (name) => {
    const taskId = await newTask(name);
    return {
      path: `/v1/tasks/${taskId}/executions`,
      ids: [await post(`/v1/tasks/${taskId}/trigger`, {})],
    };
  },
  "/v1/audit-log": async (name) => {
    const id = await newTask("Report");
    await first.send("PATCH", `/v1/tasks/${id}`, { body: { name } });
    const { body } = await get("/v1/audit-log", { action: "task.update", targetId: id });
    return { path: "/v1/audit-log", ids: body.items.map((item) => item.id) };
  },
};

/** What is found by texts that cannot hold such characters; asked for by themselves below. */
const plainTexts = ["/v1/invitations", "/v1/conversations/{conversationId}/decisions"];

/** Looks for words as well, to which such characters mean nothing. */
const byWords: ReadonlySet<string> = new Set(["/v1/knowledge"]);

describe("every list that goes on by a cursor", () => {
  it("has a search, and its own line here", () => {
    expect(lists.filter(({ isSearched }) => !isSearched).map(({ path }) => path)).toEqual([]);
    expect([...Object.keys(searches), ...plainTexts].toSorted()).toEqual(
      lists.map(({ path }) => path).toSorted(),
    );
  });

  it.each(lists)("$name refuses a text that is empty, too long or broken, and says where", async (list) => {
    const values: Record<string, string> = {};
    for (const name of list.pathParameters) values[name] = await makeObject(app, first, name, values);
    const path = list.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => values[name] ?? name);
    for (const [q, code] of [
      ["", "too_short"],
      [" \t", "too_short"],
      ["x".repeat(201), "too_long"],
      ["\0", "text_invalid"],
    ] as const) {
      const { status, body } = await get(path, { q });
      expect([q, status], JSON.stringify(body)).toEqual([q, 422]);
      expect(body.errors).toMatchObject([{ path: "q", code }]);
    }
  });
});

describe("a search", () => {
  it.each(Object.entries(searches))("of %s means what it says, in any case, trimmed", async (list, make) => {
    const mark = newId().slice(-12);
    const made = await make(textOf(mark), mark);
    const { path } = made;
    // Newest first; what was made within a millisecond comes in any order.
    const ids = made.ids.toSorted().toReversed();
    const found = async (q: string, more = {}) => {
      const { status, body } = await get(path, { q, ...more });
      expect(status, JSON.stringify(body)).toBe(200);
      return body.items.map(({ id }) => id);
    };
    expect(await found(`${mark} ${signs}`)).toEqual(ids);
    expect(await found(`  äPFEL ${mark.toUpperCase()}\n`)).toEqual(ids);
    const wrong = [
      `${mark}%`,
      `${mark}_5`,
      `${mark.slice(0, 4)}%${mark.slice(-4)}`,
      `${mark} 50%%`,
      `${mark} 5_%`,
    ];
    if (!byWords.has(list)) for (const q of wrong) expect(await found(q), q).toEqual([]);

    const paged: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body }: { body: Page } = await get(path, {
        ...{ q: mark, limit: "1" },
        ...(cursor === "" ? {} : { cursor }),
      });
      paged.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(ids);
  });

  it("of invitations goes by the address; an open link has none", async () => {
    const email = `Anna.${newId()}@example.com`;
    const id = await post("/v1/invitations", { role: "viewer", email });
    await post("/v1/invitations", { role: "viewer" });
    for (const q of [email, email.slice(2, 30).toUpperCase()])
      expect((await get("/v1/invitations", { q })).body.items).toMatchObject([{ id }]);
    expect((await get("/v1/invitations", { q: email.replace(".", "_") })).body.items).toEqual([]);
  });

  it("of decisions goes by the reason", async () => {
    const id = await makeObject(app, first, "conversationId");
    const path = `/v1/conversations/${id}/decisions`;
    await first.send("POST", "/v1/workspace/freeze", { body: { reason: "Wrong prices" } });
    try {
      await first.send("POST", `/v1/conversations/${id}/messages`, { body: { text: "Hello" } });
    } finally {
      await first.send("POST", "/v1/workspace/unfreeze", { body: {} });
    }
    await post(`/v1/conversations/${id}/messages`, { text: "Hello again" });
    expect((await get(path, {})).body.items).toHaveLength(2);
    for (const q of ["workspace_FROZEN", "is frozen"])
      expect((await get(path, { q })).body.items).toMatchObject([{ reason: { code: "workspace_frozen" } }]);
    expect((await get(path, { q: "opted" })).body.items).toEqual([]);
  });

  it("of the audit log goes with all of its filters, on and on", async () => {
    const mark = newId().slice(-12);
    const names = Array.from({ length: 6 }, (_, index) => `${mark} ${index}`);
    const tasks: string[] = [];
    for (const name of names) tasks.push(await newTask(name));
    const made = (await get("/v1/audit-log", { action: "task.create", q: mark })).body.items;
    expect(made).toHaveLength(6);
    const [target = ""] = tasks;
    const of = async (query: Readonly<Record<string, string>>) =>
      (await get("/v1/audit-log", { q: mark, ...query })).body.items.length;
    expect(await of({ targetId: target })).toBe(1);
    expect(await of({ targetKind: "task" })).toBe(6);
    expect(await of({ targetKind: "agent" })).toBe(0);
    expect(await of({ action: "task.update" })).toBe(0);
    expect(await of({ until: "2020-01-01T00:00:00Z" })).toBe(0);
    expect(await of({ from: "2020-01-01T00:00:00Z" })).toBe(6);
    expect(await of({ actorId: toId("member", newId()) })).toBe(0);
    // A field's name is on the screen as well.
    expect((await get("/v1/audit-log", { q: "DESCRIPTION", targetId: target })).body.items).toHaveLength(1);
  });
});
