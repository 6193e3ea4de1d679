import { expect, test } from "vitest";
import { newId, toId } from "../base/ids.ts";
import type { Step } from "./execution.ts";
import { presentStep } from "./execution-schemas.ts";

const at = new Date("2027-03-01T09:00:00Z");

function stepWith(output: unknown): Step {
  return {
    seq: 1,
    kind: "note",
    name: "start",
    attempt: 1,
    payload: { output },
    late: null,
    startedAt: at,
    endedAt: at,
  };
}

test("ids inside a step are shown as the API takes them, other text stays", () => {
  const agentId = newId();
  const messageId = newId();
  const toolId = newId();
  const shown = presentStep(
    stepWith({
      agent: { id: agentId, name: agentId, toolIds: [toolId] },
      tools: [{ id: toolId, name: "order_status" }],
      sent: [{ messageId }],
      id: messageId,
      note: "plain",
    }),
  );
  expect(shown.output).toEqual({
    agent: { id: toId("agent", agentId), name: agentId, toolIds: [toId("tool", toolId)] },
    tools: [{ id: toId("tool", toolId), name: "order_status" }],
    sent: [{ messageId: toId("message", messageId) }],
    // Nothing says what this is the id of.
    id: messageId,
    note: "plain",
  });
});

test("a step without input, error and figures shows null for each", () => {
  const shown = presentStep(stepWith(undefined));
  expect([shown.input, shown.output, shown.error, shown.late, shown.costUsd, shown.inputTokens]).toEqual(
    Array(6).fill(null),
  );
});
