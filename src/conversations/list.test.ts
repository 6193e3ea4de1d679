import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestApi } from "../../test/api.ts";
import { type ConversationFixture, createConversationFixture, origin } from "../../test/conversations.ts";
import { createModuleApi } from "../../test/module-api.ts";
import { analyze, countRowsRead } from "../../test/rows-read.ts";
import { newId, toId } from "../base/ids.ts";
import type { Page } from "../base/page.ts";
import { createChannel } from "../channels/index.ts";
import { createContact, updateContact } from "../contacts/index.ts";
import type { TenantTx } from "../db/index.ts";
import type { ConversationFilter } from "./conversation-list-store.ts";
import { listConversationsByLastMessage } from "./conversations.ts";
import { openConversation, receiveMessage, startSession } from "./index.ts";

let it: ConversationFixture;
let api: TestApi;

beforeAll(async () => {
  it = await createConversationFixture();
  api = await createModuleApi(it.core, it.modules);
});
afterAll(() => api.close());

const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => it.core.db.tenant(api.workspaceId, work);
const run = (text: string, values: unknown[] = []) => it.core.db.autocommit.query({ text, values });
const byLastMessage = { sort: "lastMessageAt" };

type Query = Readonly<Record<string, string>>;

interface Listed {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

async function list(query: Query): Promise<Listed> {
  const { status, body } = await api.send("GET", `/v1/conversations?${new URLSearchParams(query)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Listed;
}

const idsOf = async (query: Query) => (await list({ limit: "100", ...query })).items.map(({ id }) => id);

/** All pages, two at a time; `between` runs after the first. */
async function pagesOf(query: Query, between?: () => Promise<unknown>): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Listed = await list({ ...query, limit: "2", ...(cursor === "" ? {} : { cursor }) });
    if (cursor === "") await between?.();
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

async function refusedAt(query: Query): Promise<unknown> {
  const { status, body } = await api.send("GET", `/v1/conversations?${new URLSearchParams(query)}`);
  const { errors = [] } = body as { errors?: { path: string; code: string }[] };
  return [status, ...errors.map(({ path, code }) => `${path} ${code}`)];
}

/** Conversations of a channel of their own, the oldest first; nobody has written in them. */
async function opened(count: number) {
  return tenant(async (tx) => {
    const web = { platform: "web", kind: "widget", name: "Website", defaultAgentId: it.agentId };
    const { id: channelId } = await createChannel(it.core, tx, web, origin);
    const made: { contactId: string; conversationId: string; id: string }[] = [];
    for (let number = 0; number < count; number += 1) {
      const { id: contactId } = await createContact(it.core, tx, {}, origin);
      const { id: conversationId } = await openConversation(it.core, tx, { contactId, channelId });
      made.push({ contactId, conversationId, id: toId("conversation", conversationId) });
    }
    // Ids of one millisecond are in no order.
    made.sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const [place, { contactId }] of made.entries())
      await updateContact(it.core, tx, contactId, { name: `Walter ${place}` }, origin);
    const write = (place: number) =>
      tenant((next) =>
        receiveMessage(it.core, next, {
          ...{ contactId: made[place]?.contactId ?? "", channelId },
          ...{ text: "Hello", clientMessageId: newId() },
        }),
      );
    const shown = (...places: readonly number[]) => places.map((place) => made[place]?.id);
    return { channelId: toId("channel", channelId), made, write, shown };
  });
}

/** Its latest message was written so long after the beginning of the century. */
const setLastMessage = (conversationId: string | undefined, after: string) =>
  run("update conversations set last_message_at = timestamptz '2000-01-01Z' + $2::interval where id = $1", [
    conversationId,
    after,
  ]);

describe("by the latest message", () => {
  test("those in which somebody wrote go to the top, and newest first stays as it is", async () => {
    const { channelId, write, shown } = await opened(3);
    expect(await idsOf({ channelId, ...byLastMessage })).toEqual(shown(2, 1, 0));
    await write(0);
    expect(await idsOf({ channelId, ...byLastMessage })).toEqual(shown(0, 2, 1));
    await write(1);
    expect(await idsOf({ channelId, ...byLastMessage })).toEqual(shown(1, 0, 2));
    expect(await idsOf({ channelId, sort: "newest" })).toEqual(shown(2, 1, 0));
    expect(await idsOf({ channelId })).toEqual(shown(2, 1, 0));
  });

  test("pages leave nothing out, also of what was written within a millisecond or at the same time", async () => {
    const { channelId, made, shown } = await opened(7);
    const after = ["1.000100 s", "1.000200 s", "1.000200 s", "1.000200 s", "1.000999 s", "3 s", "2 s"];
    for (const [place, { conversationId }] of made.entries())
      await setLastMessage(conversationId, after[place] ?? "");
    const expected = shown(5, 6, 4, 3, 2, 1, 0);
    expect(await pagesOf({ channelId, ...byLastMessage })).toEqual(expected);
    expect(await pagesOf({ channelId, ...byLastMessage, q: "walter" })).toEqual(expected);
    expect(await pagesOf({ channelId })).toEqual(shown(6, 5, 4, 3, 2, 1, 0));
  });

  test("one that moves up while the pages are read is at the top, and takes no other away", async () => {
    const { channelId, write, shown } = await opened(7);
    const query = { channelId, ...byLastMessage };
    expect(await pagesOf(query, () => write(2))).toEqual(shown(6, 5, 4, 3, 1, 0));
    expect(await pagesOf(query)).toEqual(shown(2, 6, 5, 4, 3, 1, 0));
    // One that was shown already comes once only.
    expect(await pagesOf(query, () => write(6))).toEqual(shown(2, 6, 5, 4, 3, 1, 0));
    expect(await pagesOf(query)).toEqual(shown(6, 2, 5, 4, 3, 1, 0));
  });

  test("goes with every filter, alone and together", async () => {
    const { channelId, made, write, shown } = await opened(6);
    const taskId = newId();
    const session = { kind: "task", agentId: it.agentId, executionId: null, seconds: 3_600, taskId } as const;
    for (const place of [0, 2, 5])
      await tenant((tx) =>
        startSession(it.core, tx, { ...session, conversationId: made[place]?.conversationId ?? "" }),
      );
    await api.send("POST", `/v1/conversations/${made[3]?.id}/close`);
    for (const place of [1, 4]) {
      const text = { body: { text: "mine" } };
      expect((await api.send("POST", `/v1/conversations/${made[place]?.id}/messages`, text)).status).toBe(
        201,
      );
    }
    await write(0);
    const order = [0, 4, 1, 5, 3, 2];
    const cases: readonly (readonly [Query, readonly number[]])[] = [
      [{}, order],
      [{ status: "open" }, [0, 4, 1, 5, 2]],
      [{ status: "closed" }, [3]],
      [{ controller: "human" }, [4, 1]],
      [{ controller: "agent", status: "open" }, [0, 5, 2]],
      [{ controller: "none" }, []],
      [{ contactId: toId("contact", made[1]?.contactId ?? "") }, [1]],
      [{ sessionLive: "true" }, [0, 5, 2]],
      [{ sessionLive: "false", status: "open" }, [4, 1]],
      [{ taskId: toId("task", taskId) }, [0, 5, 2]],
      [{ q: "WALTER" }, order],
      [{ q: "walter 4" }, [4]],
      [{ q: "walter", controller: "human" }, [4, 1]],
      [{ q: "walter", taskId: toId("task", taskId), sessionLive: "true", status: "open" }, [0, 5, 2]],
      [{ q: "nobody" }, []],
    ];
    for (const [query, places] of cases) {
      const found = await pagesOf({ channelId, ...byLastMessage, ...query });
      expect([query, found]).toEqual([query, shown(...places)]);
      const newest = [...places].sort((a, b) => b - a);
      expect([query, await pagesOf({ channelId, ...query })]).toEqual([query, shown(...newest)]);
    }
  });

  test("refuses other orders, and the cursor of the other one", async () => {
    const { channelId } = await opened(2);
    const first = { channelId, limit: "1" };
    const [newest, latest] = [await list(first), await list({ ...first, ...byLastMessage })];
    const refused = [422, "cursor cursor_invalid"];
    expect(await refusedAt({ ...first, ...byLastMessage, cursor: newest.nextCursor ?? "" })).toEqual(refused);
    expect(await refusedAt({ ...first, cursor: latest.nextCursor ?? "" })).toEqual(refused);
    expect(await refusedAt({ ...first, sort: "newest", cursor: latest.nextCursor ?? "" })).toEqual(refused);
    for (const forged of [
      `1 ${"-".repeat(36)}`,
      `-1 ${newId()}`,
      ` ${newId()}`,
      `${"9".repeat(17)} ${newId()}`,
    ])
      expect(
        await refusedAt({ ...byLastMessage, cursor: Buffer.from(forged).toString("base64url") }),
        forged,
      ).toEqual(refused);
    // As far as such a cursor can reach.
    const last = Buffer.from(`${"9".repeat(16)} ${newId()}`).toString("base64url");
    expect((await list({ channelId, ...byLastMessage, cursor: last })).items).toHaveLength(2);
    expect(await refusedAt({ sort: "nextRunAt" })).toEqual([422, "sort not_one_of"]);
  });
});

describe("with many conversations", () => {
  let workspaceId: string;
  let quietChannelId: string;
  let contactId: string;
  beforeAll(async () => {
    workspaceId = await it.core.newWorkspace();
    const [busy, quiet] = await it.core.db.tenant(workspaceId, async (tx) => {
      const web = { platform: "web", kind: "widget", name: "Website", defaultAgentId: it.agentId };
      return [await createChannel(it.core, tx, web, origin), await createChannel(it.core, tx, web, origin)];
    });
    quietChannelId = quiet?.id ?? "";
    await run(
      "insert into contacts (workspace_id, id, name) select $1, uuidv7(), 'Number ' || i from generate_series(1, 20000) i",
      [workspaceId],
    );
    // What is looked for is where nobody wrote for the longest time, so that going through all would find it last. The
    // newest are not those with the latest messages.
    await run(
      `insert into conversations (workspace_id, id, contact_id, channel_id, ordinal, status, controller, last_message_at)
        select $1, uuidv7(make_interval(secs => -(i * 7919 % 20000))), k.id, case when i > 19990 then $3::uuid else $2::uuid end, 1,
          case when i > 19970 and i <= 19980 then 'closed' else 'open' end,
          case when i > 19980 and i <= 19990 then 'human' else 'agent' end, now() - make_interval(secs => i)
        from generate_series(1, 20000) i join contacts k on k.workspace_id = $1 and k.name = 'Number ' || i`,
      [workspaceId, busy?.id, quietChannelId],
    );
    await run(
      `insert into conversation_sessions (workspace_id, id, conversation_id, kind, agent_id, started_at, expires_at)
        select workspace_id, uuidv7(), id, 'task', uuidv7(), now(), now() + interval '1 day' from conversations
        where workspace_id = $1 and channel_id = $2`,
      [workspaceId, quietChannelId],
    );
    const { rows } = await run("select id from contacts where workspace_id = $1 and name = 'Number 20000'", [
      workspaceId,
    ]);
    contactId = String(rows[0]?.id);
    await analyze(it.core, "conversations", "contacts", "conversation_sessions");
  });

  /** How many rows of conversations the page costs, and how many it has. */
  const cost = (filter: ConversationFilter, page: Page) =>
    it.core.db.tenant(workspaceId, async (tx) => {
      const { answer, read } = await countRowsRead(tx, ["conversations"], () =>
        listConversationsByLastMessage(tx, filter, page),
      );
      return { shown: answer.items.length, nextCursor: answer.nextCursor, read };
    });

  test.each<[string, () => ConversationFilter, number]>([
    ["a state", () => ({ status: "closed" }), 10],
    ["who speaks", () => ({ controller: "human" }), 10],
    ["both", () => ({ status: "open", controller: "human" }), 10],
    ["the channel", () => ({ channelId: quietChannelId }), 10],
    ["the contact", () => ({ contactId }), 1],
    ["live sessions", () => ({ sessionLive: true }), 10],
    ["what is known of the contact", () => ({ q: "number 1999" }), 11],
  ])("reads a page by %s off its index", async (_, filter, count) => {
    const { shown, read } = await cost(filter(), { limit: 100 });
    expect(shown).toBe(count);
    expect(read).toBeGreaterThanOrEqual(count);
    expect(read).toBeLessThan(300);
  });

  test("reads the first page and later ones off an index, and with a search hardly more", async () => {
    for (const [filter, most] of [
      [{}, 300],
      [{ status: "open" }, 300],
      [{ sessionLive: false }, 600],
      [{ q: "number" }, 600],
    ] as const) {
      let cursor: string | undefined;
      for (const page of ["first", "second"]) {
        const found = await cost(filter, { limit: 100, cursor });
        expect([filter, page, found.shown]).toEqual([filter, page, 100]);
        expect(found.read, JSON.stringify([filter, page])).toBeLessThan(most);
        cursor = found.nextCursor ?? undefined;
      }
    }
  });
});
