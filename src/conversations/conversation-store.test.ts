import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConversationFixture, createConversationFixture } from "../../test/conversations.ts";
import type { Queryable } from "../db/index.ts";
import { selectIdle } from "./conversation-store.ts";

let it: ConversationFixture;
beforeAll(async () => {
  it = await createConversationFixture();
});
afterAll(() => it.core.close());

const idle = 3;

/** Open conversations, written in now, but for three that were written in an hour ago. */
async function openMany(count: number): Promise<void> {
  const { channelId } = await it.newContact();
  await it.core.db.autocommit.query({
    text: `with made as (insert into contacts (workspace_id, id) select $1, uuidv7() from generate_series(1, $3)
        returning id)
      insert into conversations (workspace_id, id, contact_id, channel_id, ordinal, last_message_at)
      select $1, uuidv7(), id, $2, 1, now() - case when row_number() over () <= $4 then interval '1 hour' else '0' end
      from made`,
    values: [it.workspaceId, channelId, count, idle],
  });
}

interface Plan {
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Plan[];
}

function rowsRead(plan: Plan): number {
  const { "Actual Rows": rows, "Rows Removed by Filter": removed = 0, "Actual Loops": loops } = plan;
  const own = plan["Relation Name"] === "conversations" ? (rows + removed) * loops : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), own);
}

test("of all open conversations only those are read that nobody wrote in for long enough", async () => {
  await openMany(2_000);
  const idleClosing = [it.workspaceId, await it.core.newWorkspace()].map((workspaceId) => ({
    ...{ workspaceId, seconds: 600 },
  }));
  let read: number | undefined;
  const explaining: Queryable = {
    async query({ text, values = [] }) {
      const explained = { text: `explain (analyze, format json) ${text}`, values };
      const { rows } = await it.core.db.autocommit.query(explained);
      const [{ Plan: plan }] = (rows[0] as { "QUERY PLAN": [{ Plan: Plan }] })["QUERY PLAN"];
      read = rowsRead(plan);
      return { rows: [] } as never;
    },
  };
  await selectIdle({ ...it.core.db, autocommit: explaining }, idleClosing, 500);
  expect(read).toBe(idle);
  expect(await selectIdle(it.core.db, idleClosing, 500)).toHaveLength(idle);
});
