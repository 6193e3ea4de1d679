import { z } from "zod";
import { invalidField } from "../base/errors.ts";
import { toIdOrNull } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { idOf, idOut, instant, instantOut } from "../base/schemas.ts";
import type { TenantTx } from "../db/index.ts";
import type { Core } from "../engine/index.ts";
import { getWorkspace } from "../workspaces/index.ts";
import { listAgentBudgets, listUses } from "./budgets.ts";
import {
  addUsd,
  type BudgetUse,
  defaultDays,
  findSpanFault,
  leftOf,
  localDay,
  periods,
  startOfDay,
} from "./rules.ts";
import { type SpentGroup, selectSpent } from "./store.ts";

const day = z.iso
  .date({ error: "must be a date such as 2027-03-01" })
  .refine((value) => value >= "1970-01-01", {
    error: "must be a date from 1970-01-01 on",
    params: { code: "out_of_range" },
  });
const groups = ["day", "agent"] as const;

const groupOut = z.object({
  day: z
    .string()
    .nullable()
    .meta({ description: "A day of the workspace's zone; null when grouped by agent" }),
  agentId: idOut("agent").nullable().meta({
    description:
      "Null when grouped by day. It may be deleted by now; the id of zeros stands for tests of drafts",
  }),
  costUsd: z.string(),
  calls: z.int().meta({ description: "Model calls" }),
});

const budgetOut = z.object({
  agentId: idOut("agent").nullable().meta({ description: "Null: the workspace's budget" }),
  period: z.enum(periods),
  limitUsd: z.string(),
  spentUsd: z.string(),
  reservedUsd: z.string().meta({ description: "What model calls under way may still cost" }),
  leftUsd: z.string(),
  resetsAt: instantOut.meta({ description: "When the next day or month begins" }),
});

const usageOut = z
  .object({
    from: z.string(),
    to: z.string(),
    timezone: z.string().meta({ description: "The zone whose days these are" }),
    costUsd: z.string(),
    calls: z.int(),
    items: z.array(groupOut),
    budgets: z.array(budgetOut).meta({ description: "The budgets that hold now" }),
  })
  .meta({ id: "Usage" });

const example: z.input<typeof usageOut> = {
  from: "2027-03-01",
  to: "2027-03-02",
  timezone: "Europe/Berlin",
  costUsd: "3.25",
  calls: 812,
  items: [
    { day: "2027-03-02", agentId: null, costUsd: "1.75", calls: 431 },
    { day: "2027-03-01", agentId: null, costUsd: "1.50", calls: 381 },
  ],
  budgets: [
    {
      agentId: null,
      period: "day",
      limitUsd: "20.00",
      spentUsd: "1.75",
      reservedUsd: "0.01",
      leftUsd: "18.24",
      resetsAt: "2027-03-02T23:00:00.000Z",
    },
  ],
};

interface UsageQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly groupBy: (typeof groups)[number];
  readonly agentId?: string | undefined;
}

/** `/v1/usage` */
export function usageRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "read",
      method: "GET",
      path: "/v1/usage",
      operationId: "getUsage",
      tag: "Usage",
      summary: "What model calls cost, and what is left of the budgets",
      description:
        "Counts every model call, also those that failed or were made again after a crash. Calls of models without a known price cost nothing.",
      query: z.strictObject({
        from: day
          .optional()
          .meta({ description: "First day, in the workspace's zone; default: 29 days before `to`" }),
        to: day.optional().meta({ description: "Last day; default: today" }),
        groupBy: z.enum(groups).default("day").meta({ description: "One item per day, or per agent" }),
        agentId: idOf("agent").optional().meta({ description: "Only this agent's calls and budgets" }),
      }),
      response: usageOut,
      examples: { response: example },
      handler: ({ caller, query }) => core.db.tenant(caller.workspaceId, (tx) => readUsage(core, tx, query)),
    }),
  ];
}

async function readUsage(core: Core, tx: TenantTx, query: UsageQuery): Promise<z.input<typeof usageOut>> {
  const workspace = await getWorkspace(tx);
  const { timezone } = workspace;
  const to = query.to ?? localDay(core.clock.now(), timezone);
  const from = query.from ?? defaultDays(to);
  const fault = findSpanFault(from, to);
  if (fault !== undefined) throw invalidField("from", "out_of_range", fault);
  const { groupBy, agentId } = query;
  const [spent, agents] = await Promise.all([
    selectSpent(tx, { from, to, groupBy, agentId }),
    listAgentBudgets(core, tx, agentId),
  ]);
  const uses = await listUses(core, tx, workspace, agents);
  const budgets = agentId === undefined ? uses : uses.filter(({ line }) => line.agentId === agentId);
  return {
    from,
    to,
    timezone,
    costUsd: spent.reduce((sum, group) => addUsd(sum, group.costUsd), "0.00"),
    calls: spent.reduce((sum, { calls }) => sum + calls, 0),
    items: spent.map(presentGroup),
    budgets: budgets.map((use) => presentBudget(use, timezone)),
  };
}

function presentGroup({ day, agentId, costUsd, calls }: SpentGroup): z.input<typeof groupOut> {
  return {
    day,
    agentId: toIdOrNull("agent", agentId),
    costUsd: addUsd("0", costUsd),
    calls,
  };
}

function presentBudget(use: BudgetUse, timezone: string): z.input<typeof budgetOut> {
  const { line } = use;
  return {
    agentId: toIdOrNull("agent", line.agentId),
    period: line.period,
    limitUsd: line.limitUsd,
    spentUsd: addUsd("0", use.spentUsd),
    reservedUsd: addUsd("0", use.reservedUsd),
    leftUsd: leftOf(use),
    resetsAt: instant(startOfDay(line.endsOn, timezone)),
  };
}
