import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestApi, type TestApi } from "../../test/api.ts";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { until } from "../../test/until.ts";
import { contribute } from "../base/extensions.ts";
import { newId, toId } from "../base/ids.ts";
import type { Scope } from "../base/route.ts";
import type { TenantTx } from "../db/index.ts";
import { getWorkspace, updateWorkspace } from "../workspaces/workspaces.ts";
import { findBudgetObstacle, findUsedUpBudget } from "./budgets.ts";
import { forgetAgent, forgetRefusal, reserveCost, settleCost } from "./costs.ts";
import { type AgentBudget, agentBudgets, type BudgetMark, budgetReached } from "./extension-points.ts";
import { usageModule } from "./index.ts";

/** A clock that stands where the test puts it. */
let now = new Date("2027-03-01T12:00:00Z");
let core: TestCore;
let api: TestApi;
let workspaceId: string;
let agents: AgentBudget[] = [];
let marks: BudgetMark[] = [];
/** How often somebody has begun to wait. */
let pauses = 0;
const origin = { caller: null, requestId: null };

beforeAll(async () => {
  core = await createTestCore({
    clock: {
      now: () => now,
      monotonicMs: () => performance.now(),
      after(ms, callback) {
        pauses += 1;
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
    },
  });
  const module = usageModule(core);
  core.extensions.add([
    contribute(agentBudgets, async (_tx, id) =>
      agents.filter((agent) => id === undefined || agent.id === id),
    ),
    contribute(budgetReached, async (_tx, mark) => {
      marks.push(mark);
    }),
  ]);
  api = await createTestApi(module.routes ?? [], {
    core,
    authenticate: async () => ({
      workspaceId,
      kind: "api_key",
      id: newId(),
      scope: "read" as Scope,
      role: null,
    }),
  });
});

afterAll(() => api.close());

beforeEach(async () => {
  workspaceId = await core.newWorkspace();
  now = new Date("2027-03-01T12:00:00Z");
  agents = [];
  marks = [];
});

const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => core.db.tenant(workspaceId, work);

function newAgent(dailyCostUsd: string | null = null, monthlyCostUsd: string | null = null): AgentBudget {
  const agent = { id: newId(), dailyCostUsd, monthlyCostUsd };
  agents.push(agent);
  return agent;
}

const setBudget = (changes: { dailyCostUsd?: string | null; monthlyCostUsd?: string | null }) =>
  tenant((tx) => updateWorkspace(core, tx, changes, origin));

let calls = 0;

/** One call of one execution: reserves the estimate and, unless refused, settles with what it cost. */
async function reserve(agent: AgentBudget, estimateUsd: string, executionId = newId(), signal?: AbortSignal) {
  calls += 1;
  const key = `${executionId}:${calls}:1`;
  const answer = await reserveCost(core, workspaceId, {
    agentId: agent.id,
    agentBudget: agent,
    executionId,
    key,
    estimateUsd,
    ...(signal === undefined ? {} : { signal }),
  });
  const settle = (costUsd: string) =>
    settleCost(core, workspaceId, { key, agentId: agent.id, executionId, costUsd });
  return { ok: answer.ok, reason: answer.ok ? undefined : answer.reason, settle };
}

async function spend(agent: AgentBudget, costUsd: string): Promise<void> {
  const reserved = await reserve(agent, "0");
  expect(reserved.ok).toBe(true);
  await reserved.settle(costUsd);
}

/** Gives up at once where it would wait for calls under way. */
const impatient = AbortSignal.abort();

describe("reserving", () => {
  it("keeps two executions from passing a budget together, however closely they ask", async () => {
    for (const budget of ["agent", "workspace"] as const) {
      workspaceId = await core.newWorkspace();
      if (budget === "workspace") await setBudget({ dailyCostUsd: "1.00" });
      const agent = newAgent(null, budget === "agent" ? "1.00" : null);
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => reserve(agent, "0.30", newId(), impatient)),
      );
      expect(answers.filter(({ ok }) => ok).length).toBe(3);
      expect(answers.find(({ ok }) => !ok)?.reason).toMatchObject({ code: "budget" });
    }
  });

  it("knows what was spent before there was a budget", async () => {
    const agent = newAgent();
    await Promise.all(Array.from({ length: 30 }, () => spend(agent, "0.03")));
    const limited = { ...agent, dailyCostUsd: "1.00" };
    expect(await reserve(limited, "0.11")).toMatchObject({ ok: false });
    expect(await reserve(limited, "0.10")).toMatchObject({ ok: true });
  });

  it("loses no spending to a counter that is opened at the same moment", async () => {
    const agent = newAgent();
    const limited = { ...agent, dailyCostUsd: "100" };
    await Promise.all([
      ...Array.from({ length: 25 }, () => spend(agent, "0.01")),
      ...Array.from({ length: 5 }, () => reserve(limited, "0")),
      ...Array.from({ length: 25 }, () => spend(limited, "0.01")),
    ]);
    const { rows } = await tenant((tx) =>
      tx.query<{ spent: string }>({ text: "select spent_usd::text as spent from budget_counters" }),
    );
    expect(rows.map(({ spent }) => Number(spent))).toEqual([0.5]);
  });

  it("releases the reservation with what the call really cost", async () => {
    const agent = newAgent("1.00");
    const first = await reserve(agent, "0.90");
    expect((await reserve(agent, "0.20", newId(), impatient)).ok).toBe(false);
    await first.settle("0.10");
    expect((await reserve(agent, "0.90")).ok).toBe(true);
  });

  it("waits for calls under way, which mostly cost less than they might", async () => {
    const agent = newAgent("1.00");
    const first = await reserve(agent, "0.90");
    const pausesBefore = pauses;
    let answered = false;
    const waiting = reserve(agent, "0.80").finally(() => {
      answered = true;
    });
    await until("the second call to find no room", () => pauses > pausesBefore);
    expect(answered).toBe(false);
    await first.settle("0.20");
    expect((await waiting).ok).toBe(true);
  });

  it("releases what a crashed attempt reserved: at the execution's next call, or after an hour", async () => {
    const agent = newAgent("1.00");
    const crashed = newId();
    await reserve(agent, "0.90", crashed);
    expect((await reserve(agent, "0.90", crashed)).ok).toBe(true);
    expect((await reserve(agent, "0.90", newId(), impatient)).ok).toBe(false);
    now = new Date(now.getTime() + 3_601_000);
    expect((await reserve(agent, "0.90", newId(), impatient)).ok).toBe(true);
  });

  it("begins anew with the next day and month of the workspace's zone", async () => {
    await tenant((tx) => updateWorkspace(core, tx, { timezone: "America/New_York" }, origin));
    const agent = newAgent("1.00", "1.50");
    await spend(agent, "1.00");
    expect((await reserve(agent, "0.50")).ok).toBe(false);
    now = new Date("2027-03-02T04:59:00Z");
    expect((await reserve(agent, "0.50")).ok).toBe(false);
    now = new Date("2027-03-02T05:00:00Z");
    expect((await reserve(agent, "0.51")).reason?.message).toContain("monthly budget of 1.50");
    expect((await reserve(agent, "0.50")).ok).toBe(true);
    now = new Date("2027-04-01T05:00:00Z");
    expect((await reserve(agent, "1.00")).ok).toBe(true);
    const { rows } = await tenant((tx) => tx.query({ text: "select 1 from budget_counters" }));
    expect(rows.length).toBe(2);
  });

  it("writes nothing where there is no budget", async () => {
    await reserve(newAgent(), "5");
    const { rows } = await tenant((tx) =>
      tx.query({ text: "select 1 from budget_counters union all select 1 from cost_reservations" }),
    );
    expect(rows).toEqual([]);
  });
});

it("keeps what a deleted agent spent, and nothing else of it", async () => {
  const agent = newAgent("1.00");
  await spend(agent, "0.95");
  await reserve(agent, "0.20");
  await tenant((tx) => forgetAgent(tx, agent.id));
  const { rows } = await tenant((tx) =>
    tx.query({
      text: `select 'counter' as what from budget_counters union all select 'refusal' from budget_refusals
        union all select 'cost' from cost_days`,
    }),
  );
  expect(rows).toEqual([{ what: "cost" }]);
});

describe("people are told", () => {
  const told = () => marks.map(({ percent, line }) => `${line.period} ${percent} ${line.limitUsd}`);

  it("once at 80 % and once at 100 % of each budget", async () => {
    const agent = newAgent("1.00", "10.00");
    for (const cost of ["0.79", "0.01", "0.10", "0.10"]) await spend(agent, cost);
    expect(told()).toEqual(["day 80 1.00", "day 100 1.00"]);
    expect(marks[1]).toMatchObject({ line: { agentId: agent.id }, spentUsd: "1.00" });
    now = new Date("2027-03-02T12:00:00Z");
    await spend(agent, "0.95");
    expect(told()).toEqual(["day 80 1.00", "day 100 1.00", "day 80 1.00"]);
  });

  it("once, also when many calls end at the same moment", async () => {
    const agent = newAgent("1.00");
    const reserved = await Promise.all(Array.from({ length: 10 }, () => reserve(agent, "0.1")));
    await Promise.all(reserved.map(({ settle }) => settle("0.1")));
    expect(told()).toEqual(["day 80 1.00", "day 100 1.00"]);
  });

  it("as soon as what is left has no room for a call, since it may never be spent", async () => {
    const agent = newAgent("1.00");
    await spend(agent, "0.70");
    expect((await reserve(agent, "0.36")).reason?.message).toContain("has 0.30 left");
    expect(told()).toEqual(["day 100 1.00"]);
    expect(marks[0]).toMatchObject({ line: { agentId: agent.id }, spentUsd: "0.70" });
  });

  it("again of a budget that was raised, and not of one that was taken away", async () => {
    await setBudget({ dailyCostUsd: "1.00" });
    const agent = newAgent();
    await spend(agent, "0.90");
    await setBudget({ dailyCostUsd: "2.00" });
    await spend(agent, "0.80");
    expect(told()).toEqual(["day 80 1.00", "day 80 2.00"]);
    await setBudget({ dailyCostUsd: null });
    await spend(agent, "5.00");
    expect(marks.length).toBe(2);
  });
});

describe("work that need not begin", () => {
  const obstacle = (agent: AgentBudget) => tenant((tx) => findBudgetObstacle(core, tx, agent.id));

  it("is found where a budget is used up, and only there", async () => {
    const [poor, rich] = [newAgent("1.00"), newAgent()];
    expect(await obstacle(poor)).toBeUndefined();
    await spend(poor, "1.00");
    expect(await obstacle(poor)).toEqual({
      code: "budget",
      message: "The agent's daily budget of 1.00 US dollars is used up.",
    });
    expect(
      await tenant(async (tx) => findUsedUpBudget(core, tx, await getWorkspace(tx), poor)),
    ).toMatchObject({ code: "budget" });
    expect(await obstacle(rich)).toBeUndefined();
    await setBudget({ monthlyCostUsd: "0.50" });
    expect(await obstacle(rich)).toMatchObject({ code: "budget" });
  });

  it("is found where the agent's latest call had no room, until it has or is another", async () => {
    const agent = newAgent("1.00");
    await spend(agent, "0.90");
    expect(await obstacle(agent)).toBeUndefined();
    expect((await reserve(agent, "0.20")).ok).toBe(false);
    expect((await obstacle(agent))?.message).toContain("has 0.10 left");
    // Messages cost nothing: the gate lets them pass.
    expect(
      await tenant(async (tx) => findUsedUpBudget(core, tx, await getWorkspace(tx), agent)),
    ).toBeUndefined();
    await tenant((tx) => forgetRefusal(tx, agent.id));
    expect(await obstacle(agent)).toBeUndefined();
    await reserve(agent, "0.20");
    now = new Date("2027-03-02T12:00:00Z");
    expect(await obstacle(agent)).toBeUndefined();
  });
});

describe("GET /v1/usage", () => {
  const read = async (query = "") => (await api.send("GET", `/v1/usage${query}`, { scope: "read" })).body;

  it("tells what was spent by day and by agent, and what is left", async () => {
    const [mia, ben] = [newAgent("1.00"), newAgent()];
    await setBudget({ monthlyCostUsd: "10.00" });
    await spend(mia, "0.25");
    await spend(ben, "0.5");
    now = new Date("2027-03-02T12:00:00Z");
    for (let n = 0; n < 20; n += 1) await spend(mia, "0.01");
    await reserve(mia, "0.05");
    expect(await read()).toEqual({
      from: "2027-02-01",
      to: "2027-03-02",
      timezone: "UTC",
      costUsd: "0.95",
      calls: 22,
      items: [
        { day: "2027-03-02", agentId: null, costUsd: "0.20", calls: 20 },
        { day: "2027-03-01", agentId: null, costUsd: "0.75", calls: 2 },
      ],
      budgets: [
        {
          agentId: null,
          period: "month",
          limitUsd: "10.00",
          spentUsd: "0.95",
          reservedUsd: "0.05",
          leftUsd: "9.00",
          resetsAt: "2027-04-01T00:00:00.000Z",
        },
        {
          agentId: toId("agent", mia.id),
          period: "day",
          limitUsd: "1.00",
          spentUsd: "0.20",
          reservedUsd: "0.05",
          leftUsd: "0.75",
          resetsAt: "2027-03-03T00:00:00.000Z",
        },
      ],
    });
    expect(await read("?groupBy=agent&from=2027-03-01&to=2027-03-01")).toMatchObject({
      costUsd: "0.75",
      items: [
        { day: null, agentId: toId("agent", ben.id), costUsd: "0.50", calls: 1 },
        { day: null, agentId: toId("agent", mia.id), costUsd: "0.25", calls: 1 },
      ],
    });
    expect(await read(`?agentId=${toId("agent", mia.id)}`)).toMatchObject({
      costUsd: "0.45",
      budgets: [{ agentId: toId("agent", mia.id) }],
    });
  });

  it("refuses spans that it cannot answer", async () => {
    for (const [query, path] of [
      ["?from=2027-03-02&to=2027-03-01", "from"],
      ["?from=2020-01-01", "from"],
      ["?to=0000-01-01", "to"],
      ["?to=2027-02-30", "to"],
      ["?groupBy=week", "groupBy"],
      ["?day=1", "day"],
    ])
      expect(await read(query)).toMatchObject({ code: "invalid_request", errors: [{ path }] });
  });

  it("shows nothing of other workspaces", async () => {
    await spend(newAgent("1.00"), "0.25");
    workspaceId = await core.newWorkspace();
    agents = [];
    expect(await read()).toMatchObject({ costUsd: "0.00", items: [], budgets: [] });
  });
});
