import { expect, it, onTestFinished } from "vitest";
import { startModelServer } from "../../../test/model-server.ts";
import { createHttpModel } from "./http-model.ts";

it("hands out what the receiver of the pieces throws, and drops the call", async () => {
  const server = await startModelServer([{ text: "Good morning to all of you.", pieceLength: 5 }]);
  onTestFinished(() => server.close());
  const model = createHttpModel({ kind: "openai_compatible", baseUrl: server.baseUrl, fetch }, "test-model");
  const thrown = new RangeError("no room");
  const heard: string[] = [];
  const call = model.call({
    messages: [{ role: "user", content: "Hi" }],
    tools: [],
    signal: new AbortController().signal,
    onText(delta) {
      heard.push(delta);
      throw thrown;
    },
  });
  await expect(call).rejects.toBe(thrown);
  expect(heard).toEqual(["Good "]);
});
