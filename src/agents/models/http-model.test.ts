import { describe, expect, it } from "vitest";
import { servedKinds } from "../../../test/model-servers/kinds.ts";
import { apiKey, ask, connect, sendMessage, startServer, ways } from "./http-model.test-support.ts";
import type { ModelMessage } from "./messages.ts";

const everyWay = servedKinds.flatMap((served) => ways.map((how) => ({ kind: served.kind, how, served })));

describe.each(everyWay)("$kind, $how", ({ served, how }) => {
  it("answers with text, usage, finish reason and the model's name", async () => {
    const usage = { inputTokens: 21, outputTokens: 9 };
    const server = await startServer(served, [{ text: "Good morning, Anna.", usage }]);
    const pieces: string[] = [];
    const onText = how === "streamed" ? (delta: string) => pieces.push(delta) : undefined;
    const answer = await connect(served, server).call(
      ask(how, { maxOutputTokens: 50, temperature: 0.2, onText }),
    );
    expect(answer).toEqual({
      text: "Good morning, Anna.",
      toolCalls: [],
      usage,
      finishReason: "stop",
      model: "test-model",
    });
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    if (request === undefined) throw new Error("no request");
    expect(served.keyOf(request.headers)).toBe(apiKey);
    expect(served.view(request)).toEqual({
      model: "test-model",
      maxOutputTokens: 50,
      temperature: 0.2,
      system: [],
      tools: ["send_message", "finish"],
      said: ["user: Hello"],
    });
    expect(pieces.length > 1).toBe(how === "streamed");
    expect(pieces.join("")).toBe(how === "streamed" ? answer.text : "");
  });

  it("refuses arguments that are nested too deeply to be written as JSON again", async () => {
    const depth = 300;
    const nested = `{"text":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const toolCalls = [{ id: "a", name: "send_message", input: JSON.parse(nested) as unknown }];
    const server = await startServer(served, [{ toolCalls }]);
    const answer = await connect(served, server).call(ask(how));
    expect(answer.toolCalls).toMatchObject([
      { id: "a", input: null, invalid: "The arguments are nested more than 100 levels deep." },
    ]);
  });

  it("keeps of an endless name only the beginning", async () => {
    const toolCalls = [{ id: "a", name: "n".repeat(100_000), input: {} }];
    const server = await startServer(served, [{ toolCalls }]);
    const { toolCalls: read } = await connect(served, server).call(ask(how));
    expect(read[0]?.name).toBe(`${"n".repeat(200)}…`);
    expect(read[0]?.invalid?.length).toBeLessThan(400);
  });

  it("estimates where the server reports tokens that cannot be", async () => {
    const server = await startServer(served, [
      { text: "Hm.", usage: { inputTokens: -500, outputTokens: -20 } },
    ]);
    const { usage } = await connect(served, server).call(ask(how));
    expect(usage).toMatchObject({ estimated: true });
  });

  it("leaves temperature out where none is set", async () => {
    const server = await startServer(served, [{ text: "Hi" }]);
    await connect(served, server).call(ask(how));
    expect(server.requests.map((request) => served.view(request).temperature)).toEqual([undefined]);
  });

  it("sends a temperature that the provider may refuse, and shows the refusal as it is", async () => {
    const message = "Unsupported parameter: 'temperature' is not supported with this model.";
    const server = await startServer(served, [{ status: 400, message }]);
    // The library knows that this one reasons, and would leave the temperature out.
    const model = connect(served, server, {}, "gpt-5");
    await expect(model.call(ask(how, { temperature: 0.7 }))).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining(message),
    });
    expect(server.requests.map((request) => served.view(request).temperature)).toEqual([0.7]);
  });

  it("answers with one tool call, which is not run or followed by another request", async () => {
    const input = { text: "Hello Anna, how was the first week?" };
    const toolCalls = [{ id: "a", name: "send_message", input }];
    const server = await startServer(served, [{ text: "I will write.", toolCalls }]);
    const answer = await connect(served, server).call(ask(how));
    expect(answer).toMatchObject({ text: "I will write.", toolCalls, finishReason: "tool_calls" });
    expect(server.requests).toHaveLength(1);
  });

  it.each([false, true])("keeps parallel tool calls in order, interleaved: %s", async (interleaved) => {
    const toolCalls = [
      {
        id: "a",
        name: "send_message",
        input: { text: "The first message, which is the longest of them all" },
      },
      { id: "b", name: "finish", input: {} },
      { id: "c", name: "send_message", input: { text: "Third" } },
    ];
    const server = await startServer(served, [{ toolCalls, interleaved }]);
    const answer = await connect(served, server).call(ask(how));
    expect(answer.toolCalls).toEqual(toolCalls);
  });

  it("sends the conversation with tool results back", async () => {
    const messages: ModelMessage[] = [
      { role: "system", content: "You help." },
      { role: "user", content: "Write to Anna." },
      {
        role: "assistant",
        content: "Two at once.",
        toolCalls: [
          { id: "a", name: "send_message", input: { text: "Hi" } },
          { id: "b", name: "finish", input: "{broken", invalid: "The arguments cannot be read." },
        ],
      },
      {
        role: "tool",
        results: [
          { toolCallId: "a", name: "send_message", output: { status: "sent" } },
          { toolCallId: "b", name: "finish", output: "The arguments cannot be read." },
        ],
      },
      { role: "assistant", content: "", toolCalls: [{ id: "c", name: "finish", input: {} }] },
      { role: "tool", results: [{ toolCallId: "c", name: "finish", output: null }] },
      { role: "user", content: "And now?" },
    ];
    const server = await startServer(served, [{ text: "Yes." }]);
    await connect(served, server).call(ask(how, { messages }));
    const [view] = server.requests.map((request) => served.view(request));
    expect(view?.system).toEqual(["You help."]);
    expect(view?.said).toEqual([
      "user: Write to Anna.",
      "model: Two at once.",
      'call a send_message {"text":"Hi"}',
      'call b finish {"invalidArguments":"{broken"}',
      'result a {"status":"sent"}',
      "result b The arguments cannot be read.",
      "call c finish {}",
      "result c null",
      "user: And now?",
    ]);
  });

  it("says to the model what a later system message says", async () => {
    const messages: ModelMessage[] = [
      { role: "system", content: "You help." },
      { role: "user", content: "Hello" },
      { role: "system", content: "Conclude." },
    ];
    const server = await startServer(served, [{ text: "Yes." }]);
    await connect(served, server).call(ask(how, { messages }));
    const [view] = server.requests.map((request) => served.view(request));
    expect([...(view?.system ?? []), ...(view?.said ?? [])].join("\n")).toMatch(
      /You help\.[\s\S]*Conclude\./,
    );
  });

  it("marks calls that cannot be carried out instead of failing", async () => {
    const broken = served.hasTextArguments
      ? [{ id: "a", name: "send_message", arguments: '{"text": "cut of' }]
      : [{ id: "a", name: "send_message", arguments: '"only text"' }];
    const server = await startServer(served, [
      { toolCalls: [...broken, { id: "b", name: "launch_rocket", input: { target: "moon" } }] },
    ]);
    const { toolCalls } = await connect(served, server).call(ask(how));
    expect(toolCalls.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(toolCalls[0]?.invalid).toMatch(
      served.hasTextArguments
        ? /^The arguments cannot be read: .*JSON/
        : /^The arguments (must be a|cannot be read).*JSON/,
    );
    expect(toolCalls[1]).toMatchObject({
      input: { target: "moon" },
      invalid: 'There is no tool "launch_rocket". The tools are: send_message, finish.',
    });
  });

  it("says that arguments are incomplete where the answer reached its limit", async () => {
    const args =
      served.hasTextArguments || (served.kind === "anthropic" && how === "streamed") ? '{"text": "cut' : "1";
    const toolCalls = [{ name: "send_message", arguments: args }];
    const server = await startServer(served, [{ toolCalls, truncated: true }]);
    const answer = await connect(served, server).call(ask(how));
    expect(answer.finishReason).toBe("length");
    expect(answer.toolCalls[0]?.invalid).toMatch(
      args === "1" ? /must be a JSON object|incomplete/ : /incomplete/,
    );
  });

  it("counts cached and reasoning tokens", async () => {
    const reported = { inputTokens: 1_000, outputTokens: 90, cachedInputTokens: 800, reasoningTokens: 60 };
    const server = await startServer(served, [{ text: "Hm.", usage: reported }]);
    const { usage } = await connect(served, server).call(ask(how));
    // Anthropic does not tell them apart from the rest.
    const { reasoningTokens, ...rest } = reported;
    expect(usage).toEqual(served.kind === "anthropic" ? rest : { ...rest, reasoningTokens });
  });

  it("gives an empty answer as it is", async () => {
    const server = await startServer(served, [{ text: "" }]);
    expect(await connect(served, server).call(ask(how))).toMatchObject({
      text: "",
      toolCalls: [],
      finishReason: "stop",
    });
  });

  it("says where an answer was cut off at the limit of output tokens", async () => {
    const server = await startServer(served, [{ text: "And then", truncated: true }]);
    expect(await connect(served, server).call(ask(how))).toMatchObject({
      text: "And then",
      finishReason: "length",
    });
  });

  it("takes an answer of 100 kB, keeps strange characters, and gives one up that is larger than allowed", async () => {
    const text = `\u0000 \ud800 \udc00 \u{1f600} \ufeff ${"All work and no play. ".repeat(5_000)}`;
    const behaviour = { text, pieceLength: 20_000 };
    const server = await startServer(served, [behaviour, behaviour, { raw: "x".repeat(10_100_000) }]);
    expect((await connect(served, server).call(ask(how))).text).toBe(text);
    await expect(connect(served, server, { maxAnswerBytes: 50_000 }).call(ask(how))).rejects.toMatchObject({
      code: "bad_answer",
      retryable: false,
      message: "The answer is larger than 50000 bytes.",
    });
    await expect(connect(served, server).call(ask(how))).rejects.toThrow(/larger than 10000000 bytes/);
  });

  it("sends no key where there is none, and takes none from the environment", async () => {
    const names = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"];
    for (const name of names) process.env[name] = "from-the-environment";
    const server = await startServer(served, [{ text: "Hi" }, { text: "Hi" }]);
    await connect(served, server, { apiKey: undefined }).call(ask(how));
    await connect(served, server, { apiKey: "" }).call(ask(how));
    for (const name of names) delete process.env[name];
    expect(server.requests.map(({ headers }) => served.keyOf(headers))).toEqual([undefined, undefined]);
  });

  it.each(["before_headers", "after_headers", "after_text"] as const)(
    "ends on the socket when it is aborted while the server hangs %s",
    async (hang) => {
      const server = await startServer(served, [{ hang }]);
      const abort = new AbortController();
      const call = connect(served, server).call(ask(how, { signal: abort.signal }));
      const outcome = expect(call).rejects.toMatchObject({ code: "aborted", retryable: false });
      await server.waitForRequests(1);
      abort.abort(new Error("the execution was canceled"));
      await outcome;
      await server.requests[0]?.dropped;
    },
  );

  it.each(["before_headers", "after_headers", "after_text"] as const)(
    "is given up after silence %s, on the socket too",
    async (hang) => {
      const server = await startServer(served, [{ hang }]);
      const call = connect(served, server, { silenceTimeoutMs: 250 }).call(ask(how));
      await expect(call).rejects.toMatchObject({
        code: "timeout",
        retryable: true,
        message: expect.stringMatching(/sent nothing for 0\.3 s\.$/),
      });
      await server.requests[0]?.dropped;
    },
  );
});

it("passes Google's thought signatures back with their calls, and makes up ids that stay unique", async () => {
  const google = servedKinds.find(({ kind }) => kind === "google");
  if (google === undefined) throw new Error("no such kind");
  const call = { name: "finish", id: null, input: {} };
  const twice = { toolCalls: [{ ...call, signature: "c2ln" }, call] };
  const server = await startServer(google, [twice, twice, { text: "Done." }]);
  const model = connect(google, server);
  const first = (await model.call(ask("streamed"))).toolCalls;
  const second = (await model.call(ask("whole"))).toolCalls;
  expect(first.map(({ signature }) => signature)).toEqual(["c2ln", undefined]);
  expect(second.map(({ signature }) => signature)).toEqual(["c2ln", undefined]);
  expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(4);
  const results = second.map(({ id, name }) => ({ toolCallId: id, name, output: "ok" }));
  await model.call(
    ask("whole", {
      messages: [
        { role: "user", content: "Hello" },
        { role: "assistant", content: "", toolCalls: second },
        { role: "tool", results },
      ],
    }),
  );
  const { contents } = (server.requests[2]?.body ?? { contents: [] }) as { contents: { parts: object[] }[] };
  expect(contents[1]?.parts).toMatchObject([
    { functionCall: { name: "finish", id: second[0]?.id }, thoughtSignature: "c2ln" },
    { functionCall: { name: "finish", id: second[1]?.id } },
  ]);
});

it("tells what it could not pass on as it was", async () => {
  const anthropic = servedKinds.find(({ kind }) => kind === "anthropic");
  if (anthropic === undefined) throw new Error("no such kind");
  for (const how of ways) {
    const server = await startServer(anthropic, [{ text: "Hi" }]);
    const { warnings } = await connect(anthropic, server).call(
      ask(how, { temperature: 1.5, maxOutputTokens: 9 }),
    );
    expect(warnings).toEqual([expect.stringContaining("1.5 exceeds anthropic maximum of 1.0")]);
  }
});

it("keeps nothing at OpenAI, and makes no optional argument a required one", async () => {
  const openai = servedKinds.find(({ kind }) => kind === "openai");
  if (openai === undefined) throw new Error("no such kind");
  const server = await startServer(openai, [{ text: "Hi" }]);
  await connect(openai, server).call(ask("whole"));
  expect(server.requests[0]?.body).toMatchObject({
    store: false,
    tools: [{ name: sendMessage.name, strict: false }, { strict: false }],
  });
});
