import { expect, it } from "vitest";
import { readAnswer } from "./answer.ts";
import { createSecretScrubber } from "./secrets.ts";

const scrubber = createSecretScrubber("s3cret", null);

it("shows JSON that is nested thousands of levels deep as its text, which can be written again", async () => {
  const body = `${'{"a":'.repeat(3_000)}"s3cret"${"}".repeat(3_000)}`;
  const response = new Response(body, { headers: { "content-type": "application/json" } });
  const answer = await readAnswer(response, scrubber);
  expect(answer).toMatchObject({ status: 200, body: body.slice(0, 20_000).replace("s3cret", "[secret]") });
  expect(JSON.stringify(answer)).not.toContain("s3cret");
});
