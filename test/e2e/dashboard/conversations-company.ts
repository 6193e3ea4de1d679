import pg from "pg";
import { fromId } from "../../../src/base/ids.ts";
import { createClient, type Identified, type Listed, untilShown } from "../../program-client.ts";
import { type PacedModel, startPacedModel } from "../paced-model.ts";
import { type Dashboard, startDashboard } from "./support.ts";

/** A dashboard whose channel is answered by an agent that says what a test makes it say. */
export interface Conversations {
  readonly dashboard: Dashboard;
  readonly model: PacedModel;
  readonly channelId: string;
  /** On the sandbox model: its tasks run by themselves. */
  readonly sandboxAgentId: string;
  /** A contact who has not written yet, and their side of the channel. */
  meet(name: string, more?: Readonly<Record<string, unknown>>): Promise<Contact>;
  /** The contact's newest conversation. */
  conversationOf(contactId: string): Promise<string>;
  close(): Promise<void>;
}

export interface Contact extends Identified {
  readonly name: string;
  write(text: string): Promise<void>;
}

export async function startConversations(): Promise<Conversations> {
  const [dashboard, model] = await Promise.all([startDashboard(), startPacedModel()]);
  const { client, program } = dashboard;
  const make = (path: string, body: unknown) => client.post<Identified>(path, body);
  const paced = await make("/v1/model-providers", {
    name: "Paced",
    kind: "openai_compatible",
    baseUrl: model.baseUrl,
    apiKey: "none",
  });
  const sandbox = await make("/v1/model-providers", { name: "Sandbox", kind: "sandbox" });
  const agent = { instructions: "You look after the customers of a bicycle shop. Be brief." };
  const mia = await make("/v1/agents", { ...agent, name: "Mia", modelProviderId: paced.id, model: "paced" });
  const sofia = await make("/v1/agents", {
    ...agent,
    name: "Sofia",
    modelProviderId: sandbox.id,
    model: "sandbox",
  });
  const web = { platform: "web", kind: "page", name: "Website", defaultAgentId: mia.id };
  const { id: channelId } = await make("/v1/channels", web);
  return {
    dashboard,
    model,
    channelId,
    sandboxAgentId: sofia.id,
    async meet(name, more = {}) {
      const { id } = await make("/v1/contacts", { name, ...more });
      const { token } = await client.post<{ token: string }>(`/v1/channels/${channelId}/visitors`, {
        contactId: id,
      });
      const visitor = createClient(program.url, token);
      return {
        id,
        name,
        write: async (text) =>
          await visitor.post("/web/v1/messages", { text, clientMessageId: crypto.randomUUID() }),
      };
    },
    conversationOf: async (contactId) =>
      await untilShown("the contact's conversation", async () => {
        const { items } = await client.get<Listed<Identified>>(`/v1/conversations?contactId=${contactId}`);
        return items[0]?.id;
      }),
    async close() {
      await dashboard.close();
      await model.close();
    },
  };
}

/** A past of `count` messages, "Message 1" the oldest, by SQL: nobody can wait for it. */
export async function addPast(databaseUrl: string, conversationId: string, count: number): Promise<void> {
  const superuser = new pg.Client({ connectionString: databaseUrl });
  await superuser.connect();
  try {
    const id = fromId("conversation", conversationId);
    await superuser.query(
      `with c as (select * from conversations where id = $1)
      insert into messages (workspace_id, id, conversation_id, seq, direction, author_kind, author_id, text, status, created_at)
        select c.workspace_id, uuidv7(), c.id, c.last_seq + i, 'in', 'contact', c.contact_id, 'Message ' || i, 'delivered',
          now() - make_interval(mins => $2 - i)
        from c, generate_series(1, $2::int) i`,
      [id, count],
    );
    await superuser.query("update conversations set last_seq = last_seq + $2 where id = $1", [id, count]);
  } finally {
    await superuser.end();
  }
}

/** `count` conversations in a person's hands by SQL: "Quiet 01" with the latest message a day ago, each next a day before. */
export async function addQuiet(databaseUrl: string, channelId: string, count: number): Promise<void> {
  const superuser = new pg.Client({ connectionString: databaseUrl });
  await superuser.connect();
  try {
    await superuser.query(
      `with c as (select workspace_id, id from channels where id = $1),
        k as (insert into contacts (workspace_id, id, name)
          select c.workspace_id, uuidv7(), 'Quiet ' || lpad(i::text, 2, '0') from c, generate_series(1, $2::int) i
          returning id, name)
      insert into conversations (workspace_id, id, channel_id, contact_id, ordinal, controller, last_message_at)
        select c.workspace_id, uuidv7(), c.id, k.id, 1, 'human', now() - right(k.name, 2)::int * interval '1 day' from c, k`,
      [fromId("channel", channelId), count],
    );
  } finally {
    await superuser.end();
  }
}
