import { afterAll, beforeAll, expect, it } from "vitest";
import { createLoopFixture, type LoopFixture } from "./run-agent.test-support.ts";

let fixture: LoopFixture;

beforeAll(async () => {
  fixture = await createLoopFixture();
});
afterAll(() => fixture.close());

it("fails, and says what to change, where the limit of output tokens left no room for a word", async () => {
  const { execution } = await fixture.play({ answers: [{ text: "", finishReason: "length" }] });
  expect(execution).toMatchObject({ status: "failed", reasonCode: "model_empty_answer" });
  expect(execution.reasonMessage).toContain("maxOutputTokens");
});

it("ends well where the model stopped by itself and had nothing to say", async () => {
  const { execution } = await fixture.play({ answers: [{ text: "" }] });
  expect(execution).toMatchObject({ status: "completed", outcome: "none" });
});
