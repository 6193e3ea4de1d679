import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { type ModelServer, type ModelServerScript, startModelServer } from "../../../test/model-server.ts";
import { createGuardedFetch } from "../../base/guarded-fetch.ts";
import { createModel } from "./create-model.ts";
import type { HttpProvider } from "./http-model.ts";
import type { Model, ModelMessage, ModelRequest, ModelTool } from "./messages.ts";

const apiKey = "sk-very-secret-0123456789";
const fetch = createGuardedFetch({ allowPrivate: true, privateHosts: [] });

async function startServer(script: ModelServerScript): Promise<ModelServer> {
  const server = await startModelServer(script);
  onTestFinished(() => server.close());
  return server;
}

function connect(server: { baseUrl: string }, settings: Partial<HttpProvider> = {}): Model {
  return createModel(
    { kind: "openai_compatible", baseUrl: server.baseUrl, apiKey, fetch, ...settings },
    "test-model",
  );
}

const sendMessage: ModelTool = {
  name: "send_message",
  description: "Sends a message to the contact.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};
const finish: ModelTool = { name: "finish", description: "Ends the work.", inputSchema: { type: "object" } };

const pieces: string[] = [];
afterEach(() => {
  pieces.length = 0;
});

describe.each(["whole", "streamed"] as const)("an answer that comes %s", (how) => {
  function ask(changes: Partial<ModelRequest> = {}): ModelRequest {
    return {
      messages: [{ role: "user", content: "Hello" }],
      tools: [sendMessage, finish],
      signal: new AbortController().signal,
      ...(how === "streamed" ? { onText: (delta: string) => pieces.push(delta) } : {}),
      ...changes,
    };
  }

  it("marks calls that cannot be carried out instead of failing", async () => {
    const server = await startServer([
      {
        toolCalls: [
          { id: "a", name: "send_message", arguments: '{"text": "cut of' },
          { id: "b", name: "launch_rocket", input: { target: "moon" } },
          { id: "c", name: "send_message", arguments: '"only text"' },
          { id: "d", name: "send_message", arguments: '{"__proto__": {"admin": true}}' },
          { id: "e", name: "finish", arguments: "" },
        ],
      },
    ]);
    const { toolCalls } = await connect(server).call(ask());
    expect(toolCalls.map(({ id, input }) => [id, input])).toEqual([
      ["a", '{"text": "cut of'],
      ["b", { target: "moon" }],
      ["c", "only text"],
      ["d", '{"__proto__": {"admin": true}}'],
      ["e", {}],
    ]);
    expect(toolCalls[0]?.invalid).toMatch(/^The arguments cannot be read: .*JSON/);
    expect(toolCalls[1]?.invalid).toBe(
      'There is no tool "launch_rocket". The tools are: send_message, finish.',
    );
    expect(toolCalls[2]?.invalid).toBe("The arguments must be a JSON object.");
    expect(toolCalls[3]?.invalid).toMatch(/forbidden prototype property/);
    expect(toolCalls[4]).not.toHaveProperty("invalid");
  });

  it("says so when a tool is called and none was offered", async () => {
    const server = await startServer([{ toolCalls: [{ name: "finish" }] }]);
    const { toolCalls } = await connect(server).call(ask({ tools: [] }));
    expect(toolCalls[0]?.invalid).toBe('There is no tool "finish". There are no tools.');
  });

  it("gets distinct ids where the server repeats one", async () => {
    const call = { id: "same", name: "finish", input: {} };
    const server = await startServer([{ toolCalls: [call, call, call] }]);
    const { toolCalls } = await connect(server).call(ask());
    expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(3);
  });

  it("has estimated usage when the provider reports none", async () => {
    const server = await startServer([{ text: "Good morning.", usage: null }]);
    const { usage } = await connect(server).call(ask());
    expect(usage).toEqual({ inputTokens: 9, outputTokens: 4, estimated: true });
  });

  it.each([
    ["length", "length"],
    ["content_filter", "content_filter"],
    ["something_new", "other"],
  ])("ends for the reason %s", async (finishReason, expected) => {
    const server = await startServer([{ text: "Hm", finishReason }]);
    expect((await connect(server).call(ask())).finishReason).toBe(expected);
  });

  it("follows the whole conversation so far", async () => {
    const messages: ModelMessage[] = [
      { role: "system", content: "You help." },
      { role: "user", content: "Write to Anna." },
      {
        role: "assistant",
        content: "",
        toolCalls: [{ id: "a", name: "send_message", input: { text: "Hi" } }],
      },
      { role: "tool", results: [{ toolCallId: "a", name: "send_message", output: { status: "sent" } }] },
      {
        role: "assistant",
        content: "Once more.",
        toolCalls: [{ id: "b", name: "finish", input: "{broken", invalid: "The arguments cannot be read." }],
      },
      {
        role: "tool",
        results: [{ toolCallId: "b", name: "finish", output: "The arguments cannot be read." }],
      },
      { role: "assistant", content: "Done." },
      { role: "system", content: "Conclude." },
    ];
    const server = await startServer([{ text: "Yes." }]);
    await connect(server).call(ask({ messages }));
    expect(server.requests[0]?.body?.messages).toEqual([
      { role: "system", content: "You help." },
      { role: "user", content: "Write to Anna." },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "a", type: "function", function: { name: "send_message", arguments: '{"text":"Hi"}' } },
        ],
      },
      { role: "tool", tool_call_id: "a", content: '{"status":"sent"}' },
      {
        role: "assistant",
        content: "Once more.",
        tool_calls: [
          {
            id: "b",
            type: "function",
            function: { name: "finish", arguments: '{"invalidArguments":"{broken"}' },
          },
        ],
      },
      { role: "tool", tool_call_id: "b", content: "The arguments cannot be read." },
      { role: "assistant", content: "Done." },
      { role: "system", content: "Conclude." },
    ]);
    expect(server.requests[0]?.body?.tools?.map((tool) => tool.function)).toMatchObject([
      { name: "send_message", description: sendMessage.description, parameters: sendMessage.inputSchema },
      { name: "finish" },
    ]);
  });

  it.each(["sk-\n-header", "sk-ключ", "sk with space"])(
    "refuses the key %j before sending it",
    async (badKey) => {
      const server = await startServer([{ text: "Never." }]);
      const call = connect(server, { apiKey: badKey }).call(ask());
      await expect(call).rejects.toMatchObject({ code: "unauthorized" });
      await expect(call).rejects.not.toThrow(badKey);
      expect(server.requests).toHaveLength(0);
    },
  );

  it("asks nothing when it is aborted beforehand", async () => {
    const server = await startServer([{ text: "Never." }]);
    const call = connect(server).call(ask({ signal: AbortSignal.abort() }));
    await expect(call).rejects.toMatchObject({ code: "aborted" });
    expect(server.requests).toHaveLength(0);
  });

  it("leaves nothing behind on the caller's signal", async () => {
    const abort = new AbortController();
    let listeners = 0;
    const { signal } = abort;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const server = await startServer([{ text: "Hi" }, { status: 500 }]);
    await connect(server).call(ask({ signal }));
    await connect(server)
      .call(ask({ signal }))
      .catch(() => undefined);
    expect(listeners).toBe(0);
  });
});

it("hands text over while the answer is still coming", async () => {
  const server = await startServer([{ hang: "after_text" }]);
  const first = Promise.withResolvers<string>();
  const abort = new AbortController();
  const call = connect(server).call({
    messages: [{ role: "user", content: "Hello" }],
    tools: [],
    signal: abort.signal,
    onText: first.resolve,
  });
  const outcome = expect(call).rejects.toMatchObject({ code: "aborted" });
  expect(await first.promise).toBe("Hello from the ");
  abort.abort();
  await outcome;
});

it("passes on what the receiver of the text throws, and drops the connection", async () => {
  const server = await startServer([{ hang: "after_text" }]);
  const call = connect(server).call({
    messages: [{ role: "user", content: "Hello" }],
    tools: [],
    signal: new AbortController().signal,
    onText() {
      throw new RangeError("the receiver's own");
    },
  });
  await expect(call).rejects.toThrow(RangeError);
  await server.requests[0]?.dropped;
});
