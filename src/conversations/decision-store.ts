import { sql } from "kysely";
import { newId } from "../base/ids.ts";
import { type Page, type PageOf, pageFrom, pageStart } from "../base/page.ts";
import { toStorableJson } from "../base/text.ts";
import type { TenantTx } from "../db/index.ts";
import type { RuleAnswer, SendClass, Verdict } from "./gate/rules.ts";

/** A recorded yes or no of the gate. */
export interface Decision {
  readonly id: string;
  readonly class: SendClass;
  readonly allowed: boolean;
  readonly reasonCode: string | null;
  readonly reasonMessage: string | null;
  readonly rules: readonly RuleAnswer[];
  readonly messageId: string | null;
  readonly executionId: string | null;
  readonly createdAt: Date;
}

const columns = [
  "id",
  "class",
  "allowed",
  "reasonCode",
  "reasonMessage",
  "rules",
  "messageId",
  "executionId",
  "createdAt",
] as const;

export async function insertDecision(
  tx: TenantTx,
  decision: {
    readonly class: SendClass;
    readonly verdict: Verdict;
    readonly conversationId: string;
    readonly contactId: string;
    readonly messageId: string;
    readonly executionId: string | null;
  },
): Promise<string> {
  const { verdict, ...plain } = decision;
  const id = newId();
  await tx.db
    .insertInto("gateDecisions")
    .values({
      workspaceId: tx.workspaceId,
      id,
      ...plain,
      allowed: verdict.allowed,
      reasonCode: verdict.reason?.code ?? null,
      reasonMessage: verdict.reason?.message ?? null,
      rules: toStorableJson(verdict.rules),
    })
    .execute();
  return id;
}

/** The latest decision on a message. */
export async function selectDecisionId(tx: TenantTx, messageId: string): Promise<string> {
  const row = await tx.db
    .selectFrom("gateDecisions")
    .select("id")
    .where("workspaceId", "=", tx.workspaceId)
    .where("messageId", "=", messageId)
    .orderBy("id", "desc")
    .executeTakeFirstOrThrow();
  return row.id;
}

export interface DecisionPage extends Page {
  /** Part of the reason's code or sentence, in any case. */
  readonly q?: string | undefined;
}

export async function selectDecisions(
  tx: TenantTx,
  conversationId: string,
  page: DecisionPage,
): Promise<PageOf<Decision>> {
  let query = tx.db
    .selectFrom("gateDecisions")
    .select(columns)
    .where("workspaceId", "=", tx.workspaceId)
    .where("conversationId", "=", conversationId)
    .orderBy("id", "desc")
    .limit(page.limit + 1);
  const before = pageStart(page);
  if (before !== undefined) query = query.where("id", "<", before);
  if (page.q !== undefined)
    query = query.where(
      sql<boolean>`strpos(lower(reason_code || E'\\n' || reason_message), lower(${page.q})) > 0`,
    );
  const rows = await query.execute();
  // Written by `insertDecision` only, so they are what its types say.
  const decisions = rows.map((row) => ({
    ...row,
    class: row.class as SendClass,
    rules: row.rules as unknown as readonly RuleAnswer[],
  }));
  return pageFrom(decisions, page.limit);
}
