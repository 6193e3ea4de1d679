import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestApi } from "../../test/api.ts";
import { type ConversationFixture, createConversationFixture, type Place } from "../../test/conversations.ts";
import { createModuleApi } from "../../test/module-api.ts";
import { fromId, newId, toId } from "../base/ids.ts";
import { resolveChannel } from "./index.ts";

let it: ConversationFixture;
let api: TestApi;

beforeAll(async () => {
  it = await createConversationFixture();
  api = await createModuleApi(it.core, it.modules);
});
afterAll(() => api.close());

/** A contact and a channel that know nothing of each other. */
async function newPlace(): Promise<Place> {
  const channel = { platform: "web", kind: "widget", name: "Website" };
  const made = [
    await api.send("POST", "/v1/contacts", { body: { name: "Anna" } }),
    await api.send("POST", "/v1/channels", { body: channel }),
  ].map(({ body }) => (body as { readonly id: string }).id);
  return {
    contactId: fromId("contact", made[0] ?? "") ?? "",
    channelId: fromId("channel", made[1] ?? "") ?? "",
  };
}

const pathOf = ({ channelId }: Place) => `/v1/channels/${toId("channel", channelId)}/visitors`;
const play = (place: Place) =>
  api.send("POST", pathOf(place), { body: { contactId: toId("contact", place.contactId) } });

interface Played {
  readonly token: string;
  readonly contactId: string;
  readonly expiresAt: string;
}

async function playIn(place: Place): Promise<Played> {
  const { status, body } = await play(place);
  expect(status).toBe(201);
  return body as Played;
}

const write = (token: string, text: string) =>
  api.send("POST", "/web/v1/messages", {
    headers: { authorization: `Bearer ${token}` },
    body: { clientMessageId: newId(), text },
  });
const fetchAll = (token: string) =>
  api.send("GET", "/web/v1/messages", { headers: { authorization: `Bearer ${token}` } });

const query = async (text: string, values: readonly unknown[]) =>
  (await it.core.db.autocommit.query({ text, values: [...values] })).rows;

test("what is written with the token is what the contact writes, for a day", async () => {
  const place = await newPlace();
  const { token, contactId, expiresAt } = await playIn(place);
  expect(contactId).toBe(toId("contact", place.contactId));
  const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(23.9);
  expect(hours).toBeLessThanOrEqual(24);
  expect(await write(token, "Hello?")).toMatchObject({ status: 201, body: { author: { kind: "contact" } } });
  const { body } = await api.send("GET", `/v1/conversations?contactId=${contactId}`);
  expect(body).toMatchObject({ items: [{ contactId, channelId: toId("channel", place.channelId) }] });
});

test("the token ends with its time, and its row with the next one", async () => {
  const place = await newPlace();
  const { token } = await playIn(place);
  expect((await fetchAll(token)).status).toBe(200);
  await query("update web_visitors set expires_at = now() where contact_id = $1", [place.contactId]);
  expect(await fetchAll(token)).toMatchObject({ status: 401, body: { code: "visitor_token_invalid" } });
  expect(await write(token, "Hello?")).toMatchObject({ status: 401 });
  const next = await playIn(place);
  expect((await fetchAll(next.token)).status).toBe(200);
  expect(await query("select from web_visitors where contact_id = $1", [place.contactId])).toHaveLength(1);
});

test("two tokens for one contact are valid side by side, and a visitor's of its own has no end", async () => {
  const place = await newPlace();
  const [one, two] = [await playIn(place), await playIn(place)];
  await write(one.token, "from one");
  expect((await fetchAll(two.token)).body).toMatchObject({ items: [{ text: "from one" }] });
  const visit = await api.send("POST", `/web/v1/channels/${toId("channel", place.channelId)}/visitors`, {
    scope: null,
    body: {},
  });
  const { contactId } = visit.body as { readonly contactId: string };
  const rows = await query("select expires_at from web_visitors where contact_id = $1", [
    fromId("contact", contactId),
  ]);
  expect(rows).toEqual([{ expires_at: null }]);
});

test("looking at a contact's side does not lead its tasks there", async () => {
  const [home, other] = [await newPlace(), await newPlace()];
  const place = { ...other, contactId: home.contactId };
  const resolve = () => it.core.db.tenant(api.workspaceId, (tx) => resolveChannel(tx, home.contactId));
  await playIn(place);
  expect(await resolve()).toBeUndefined();
  const contact = await api.send("GET", `/v1/contacts/${toId("contact", home.contactId)}`);
  expect(contact.body).toMatchObject({ identities: [], lastActivityAt: null });
});

test("each token is an entry of the audit log", async () => {
  const place = await newPlace();
  await playIn(place);
  const entries = await query(
    "select actor_kind, changes from audit_log where action = 'channel.play_contact' and target_id = $1",
    [place.channelId],
  );
  expect(entries).toEqual([{ actor_kind: "api_key", changes: { contactId: [null, place.contactId] } }]);
});

test("a contact that is not there, a disabled channel and another workspace's are refused", async () => {
  const place = await newPlace();
  const unknown = { status: 422, body: { errors: [{ path: "contactId", code: "not_found" }] } };
  expect(await play({ ...place, contactId: newId() })).toMatchObject(unknown);
  expect(await play({ ...place, channelId: newId() })).toMatchObject({ status: 404 });
  const gone = await newPlace();
  await api.send("DELETE", `/v1/contacts/${toId("contact", gone.contactId)}`);
  expect(await play({ ...place, contactId: gone.contactId })).toMatchObject(unknown);
  const body = { contactId: toId("channel", place.channelId) };
  expect(await api.send("POST", pathOf(place), { body })).toMatchObject({
    status: 422,
    body: { errors: [{ path: "contactId", code: "id_invalid" }] },
  });
  await api.send("PATCH", `/v1/channels/${toId("channel", place.channelId)}`, {
    body: { status: "disabled" },
  });
  expect(await play(place)).toMatchObject({ status: 409, body: { code: "channel_disabled" } });
});
