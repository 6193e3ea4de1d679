import { requireRow } from "../base/errors.ts";
import type { TenantTx } from "../db/index.ts";
import type { Reason } from "../engine/index.ts";
import type { MessageStatus } from "./conversation.ts";

/** How many messages of an execution went out, are on their way or are held: doing it again would repeat them. */
export async function countSentOf(tx: TenantTx, executionId: string): Promise<number> {
  const { rows } = await tx.query<{ sent: number }>({
    name: "count_sent_of_execution",
    text: `select count(*)::int as sent from messages
      where workspace_id = $1 and execution_id = $2 and direction = 'out'
        and status not in ('refused', 'withdrawn', 'failed')`,
    values: [tx.workspaceId, executionId],
  });
  return rows[0]?.sent ?? 0;
}

/** How many messages an execution has sent to a contact, and how many of them since the contact wrote last. */
export async function countSentTo(
  tx: TenantTx,
  { executionId, contactId }: { readonly executionId: string; readonly contactId: string },
): Promise<{ readonly sent: number; readonly unanswered: number }> {
  const { rows } = await tx.query<{ sent: number; unanswered: number }>({
    name: "count_sent_to_contact",
    text: `with written as (select m.created_at, max(c.last_inbound_at) over () as answered_at
        from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
        where m.workspace_id = $1 and m.execution_id = $2 and c.contact_id = $3 and m.direction = 'out'
          and m.status not in ('refused', 'withdrawn'))
      select count(*)::int as sent,
        (count(*) filter (where answered_at is null or created_at > answered_at))::int as unanswered
      from written`,
    values: [tx.workspaceId, executionId, contactId],
  });
  return requireRow(rows[0], "counting what was sent");
}

/** What has become of the messages that an execution wrote. */
export interface MessageFates {
  /** Those that the gate let out, however far they have come since. */
  readonly sent: number;
  readonly held: number;
  readonly refused: number;
  /** What the last of those that are held waits for, and until when at most. */
  readonly lastHeld: { readonly reason: Reason; readonly until: Date } | null;
  readonly lastRefusal: Reason | null;
  /** Why the last of those that were held first did not go out in the end. */
  readonly lastGivenUp: Reason | null;
}

interface FateRow {
  readonly execution_id: string;
  readonly status: MessageStatus;
  readonly was_held: boolean;
  readonly count: number;
  readonly reason_code: string | null;
  readonly reason_message: string | null;
  readonly held_until: Date | null;
}

/** By execution; those without messages are left out. */
export async function selectFates(
  tx: TenantTx,
  executionIds: readonly string[],
): Promise<ReadonlyMap<string, MessageFates>> {
  const { rows } = await tx.query<FateRow>({
    // The gate is asked a second time only about a message that waited.
    text: `with written as (select m.*, m.status = 'withdrawn' or m.status = 'refused' and (
          select count(*) from gate_decisions d where d.workspace_id = m.workspace_id and d.message_id = m.id) > 1 as was_held
        from messages m
        where m.workspace_id = $1 and m.execution_id = any($2::uuid[]) and m.direction = 'out')
      select execution_id, status, was_held, count(*)::int as count,
        (array_agg(reason_code order by step_seq desc))[1] as reason_code,
        (array_agg(reason_message order by step_seq desc))[1] as reason_message,
        (array_agg(held_until order by step_seq desc))[1] as held_until
      from written group by execution_id, status, was_held order by max(step_seq)`,
    values: [tx.workspaceId, executionIds],
  });
  const byExecution = Map.groupBy(rows, (row) => row.execution_id);
  return new Map([...byExecution].map(([id, fates]) => [id, toFates(fates)]));
}

/** Of rows in the order in which the last message of each was written. */
function toFates(rows: readonly FateRow[]): MessageFates {
  const count = (is: (row: FateRow) => boolean) => rows.filter(is).reduce((sum, row) => sum + row.count, 0);
  const last = (is: (row: FateRow) => boolean) => rows.findLast(is);
  const held = last(({ status }) => status === "held");
  return {
    sent: count(({ status }) => !unsent.includes(status)),
    held: count(({ status }) => status === "held"),
    refused: count(({ status }) => status === "refused"),
    lastHeld:
      held === undefined || held.held_until === null
        ? null
        : { reason: reasonOf(held), until: held.held_until },
    lastRefusal: reasonOrNull(last(({ status }) => status === "refused")),
    lastGivenUp: reasonOrNull(last((row) => row.was_held)),
  };
}

const unsent: readonly MessageStatus[] = ["held", "refused", "withdrawn"];

function reasonOrNull(row: FateRow | undefined): Reason | null {
  return row === undefined ? null : reasonOf(row);
}

function reasonOf({ status, reason_code: code, reason_message: message }: FateRow): Reason {
  return { code: code ?? status, message: message ?? `The message is ${status}.` };
}
