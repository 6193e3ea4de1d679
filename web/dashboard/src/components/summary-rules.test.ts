import { expect, test } from "vitest";
import { tellSummary } from "./summary-rules.ts";

const reason = { code: "message_held", message: "The message is held." };
const summary = "Wrote to Ada.";

test("an execution's line is its summary, or why nothing came of it", () => {
  const sent = { status: "completed", outcome: "message_sent", summary } as const;
  expect(tellSummary({ ...sent, reason: null })).toEqual({ text: summary, isWhy: false });
  // What was overruled, or a second message that did not go out, is told on the page.
  expect(tellSummary({ ...sent, reason })).toEqual({ text: summary, isWhy: false });
  for (const outcome of ["none", "blocked", "delivery_failed", "limit_reached"] as const)
    expect(tellSummary({ ...sent, outcome, reason })).toEqual({ text: reason.message, isWhy: true });
  expect(tellSummary({ ...sent, status: "failed", outcome: "none", reason })).toMatchObject({ isWhy: true });
  expect(tellSummary({ ...sent, summary: null, reason })).toMatchObject({ isWhy: true });
  expect(
    tellSummary({ ...sent, status: "running", outcome: null, summary: null, reason: null }),
  ).toBeUndefined();
});
