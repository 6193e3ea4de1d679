import { describe, expect, it } from "vitest";
import {
  addUsd,
  type BudgetLine,
  defaultDays,
  findObstacle,
  findSpanFault,
  fitReservation,
  leftOf,
  listBudgetLines,
  localDay,
  nameBudget,
  reachedPercent,
  reservationsSince,
  startOfDay,
} from "./rules.ts";

const line: BudgetLine = {
  subjectId: "a",
  agentId: "a",
  period: "day",
  startsOn: "2027-03-01",
  endsOn: "2027-03-02",
  limitUsd: "1.00",
};

function use(spentUsd: string, reservedUsd = "0", changes: Partial<BudgetLine> = {}) {
  return { line: { ...line, ...changes }, spentUsd, reservedUsd };
}

describe("the budgets that hold", () => {
  const workspace = { id: "w", timezone: "America/New_York", dailyCostUsd: "5", monthlyCostUsd: null };

  it("have days and months of the workspace's zone", () => {
    const agents = [
      { id: "a", dailyCostUsd: null, monthlyCostUsd: "20.00" },
      { id: "b", dailyCostUsd: null, monthlyCostUsd: null },
    ];
    // Still the last evening of January in New York.
    expect(listBudgetLines(new Date("2027-02-01T03:00:00Z"), workspace, agents)).toEqual([
      {
        subjectId: "w",
        agentId: null,
        period: "day",
        startsOn: "2027-01-31",
        endsOn: "2027-02-01",
        limitUsd: "5",
      },
      {
        subjectId: "a",
        agentId: "a",
        period: "month",
        startsOn: "2027-01-01",
        endsOn: "2027-02-01",
        limitUsd: "20.00",
      },
    ]);
  });

  it("begin anew at midnight, however long the day was", () => {
    expect(localDay(new Date("2027-03-14T04:59:59Z"), "America/New_York")).toBe("2027-03-13");
    expect(startOfDay("2027-03-14", "America/New_York")).toEqual(new Date("2027-03-14T05:00:00Z"));
    expect(startOfDay("2027-03-15", "America/New_York")).toEqual(new Date("2027-03-15T04:00:00Z"));
    // No midnight in Beirut that night: the day begins at one.
    expect(startOfDay("2027-03-28", "Asia/Beirut")).toEqual(new Date("2027-03-27T22:00:00Z"));
  });
});

describe("whether there is room", () => {
  it("is decided to the last millionth", () => {
    expect(findObstacle([use("0.9")], "0.1")).toBeUndefined();
    expect(findObstacle([use("0.9")], "0.100001")).toMatchObject({
      kind: "used_up",
      reason: {
        code: "budget",
        message:
          "The agent's daily budget of 1.00 US dollars has 0.10 left; the next model call may cost up to 0.100001.",
      },
    });
    expect(findObstacle([], "1000")).toBeUndefined();
  });

  it("is none for a free call where all is spent", () => {
    expect(findObstacle([use("0.999999")], "0")).toBeUndefined();
    expect(findObstacle([use("1")], "0")?.reason.message).toBe(
      "The agent's daily budget of 1.00 US dollars is used up.",
    );
    expect(findObstacle([use("1.2")], "0.5")?.reason.message).toContain("is used up");
  });

  it("reserves what is left of the smallest budget, and never less than the call needs", () => {
    expect(fitReservation([use("0.5")], "0.2", "0.1")).toBe("0.20");
    expect(fitReservation([use("0.5"), use("0.85")], "0.2", "0.1")).toBe("0.15");
    expect(fitReservation([use("0.85", "0.1")], "0.2", "0.1")).toBe("0.15");
    expect(fitReservation([use("0.95")], "0.2", "0.1")).toBe("0.10");
    expect(fitReservation([use("1.5")], "0.2", "0.1")).toBe("0.10");
    expect(fitReservation([], "0.2", "0.1")).toBe("0.20");
  });

  it("tells calls under way from money that is gone", () => {
    expect(findObstacle([use("0.5", "0.4")], "0.1")).toBeUndefined();
    expect(findObstacle([use("0.5", "0.45")], "0.1")).toMatchObject({ kind: "taken" });
    // What is gone weighs more than what may come back.
    const both = [use("0.5", "0.45"), use("1", "0", { agentId: null, period: "month" })];
    expect(findObstacle(both, "0.1")).toMatchObject({
      kind: "used_up",
      reason: { message: "The workspace's monthly budget of 1.00 US dollars is used up." },
    });
  });
});

it("tells of the highest share that is reached", () => {
  expect(["0.79", "0.8", "0.99", "1", "7"].map((spent) => reachedPercent(spent, "1"))).toEqual([
    0, 80, 80, 100, 100,
  ]);
  expect(reachedPercent("0.08", "0.1")).toBe(80);
});

it("says what is left, never less than nothing", () => {
  expect(leftOf(use("0.25", "0.05"))).toBe("0.70");
  expect(leftOf(use("1.5"))).toBe("0.00");
  expect(leftOf(use("0.999999"))).toBe("0.000001");
});

it("adds without the errors of floating point", () => {
  expect(addUsd("0.1", "0.2")).toBe("0.30");
  expect(addUsd("0", "12.345600")).toBe("12.3456");
});

it("names a budget", () => {
  expect(nameBudget({ agentId: null, period: "day", limitUsd: "5" })).toBe(
    "The workspace's daily budget of 5 US dollars",
  );
});

it("forgets reservations after an hour", () => {
  expect(reservationsSince(new Date("2027-03-01T10:00:00Z"))).toEqual(new Date("2027-03-01T09:00:00Z"));
});

describe("the span of days", () => {
  it("is the 30 days up to the last one unless it is named", () => {
    expect(defaultDays("2027-03-01")).toBe("2027-01-31");
  });

  it("is bounded and goes forward", () => {
    expect(findSpanFault("2027-03-02", "2027-03-01")).toBe("must not be after to");
    expect(findSpanFault("2027-03-01", "2027-03-01")).toBeUndefined();
    expect(findSpanFault("2026-03-01", "2027-03-01")).toBeUndefined();
    expect(findSpanFault("2026-02-28", "2027-03-01")).toContain("at most 365 days before to");
  });
});
