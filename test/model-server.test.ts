import { expect, it, onTestFinished } from "vitest";
import { type ModelServer, type ModelServerScript, startModelServer } from "./model-server.ts";

async function startServer(script?: ModelServerScript): Promise<ModelServer> {
  const server = await startModelServer(script);
  onTestFinished(() => server.close());
  return server;
}

function ask(server: ModelServer, body: object = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer key" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }], ...body }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function readEvents(text: string): unknown[] {
  const lines = text.split("\n\n").filter((line) => line !== "" && line !== "data: [DONE]");
  return lines.map((line) => JSON.parse(line.slice("data: ".length)));
}

it("plays its list in order, records requests and refuses what is beyond the end", async () => {
  const server = await startServer([{ text: "One" }]);
  server.play({ status: 429, retryAfter: 3 });
  const first = await ask(server);
  expect(await first.json()).toMatchObject({
    model: "m",
    choices: [{ message: { role: "assistant", content: "One" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
  const second = await ask(server);
  expect([second.status, second.headers.get("retry-after")]).toEqual([429, "3"]);
  expect((await ask(server)).status).toBe(400);
  expect(server.requests).toHaveLength(3);
  expect(server.requests[0]?.headers.authorization).toBe("Bearer key");
  expect(server.requests[0]?.body?.messages).toEqual([{ role: "user", content: "Hi" }]);
});

it("asks a function what to do", async () => {
  const server = await startServer((request, index) => ({
    text: `${index}: ${request.body?.messages?.length}`,
  }));
  await ask(server);
  expect(await (await ask(server)).json()).toMatchObject({ choices: [{ message: { content: "1: 1" } }] });
});

it("streams text, tool calls in pieces, and usage at the end", async () => {
  const toolCalls = [{ name: "finish", arguments: '{"outcome":"message_sent"}' }];
  const server = await startServer([{ text: "Good morning.", toolCalls, pieceLength: 5 }]);
  const response = await ask(server, { stream: true });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const body = await response.text();
  expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
  const events = readEvents(body) as {
    choices: { delta: { content?: string; tool_calls?: { function: { arguments: string } }[] } }[];
    usage?: object;
  }[];
  const deltas = events.flatMap(({ choices }) => choices.map(({ delta }) => delta));
  expect(deltas.flatMap(({ content }) => content ?? [])).toEqual(["Good ", "morni", "ng."]);
  const pieces = deltas.flatMap(({ tool_calls }) => tool_calls ?? []).map((call) => call.function.arguments);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join("")).toBe('{"outcome":"message_sent"}');
  expect(events.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 18 } });
});

it("holds an answer back until it is released", async () => {
  const gate = Promise.withResolvers<void>();
  const server = await startServer([{ text: "Late", until: gate.promise }]);
  let answered = false;
  const pending = ask(server).then((response) => {
    answered = true;
    return response.json();
  });
  await server.waitForRequests(1);
  expect(answered).toBe(false);
  gate.resolve();
  expect(await pending).toMatchObject({ choices: [{ message: { content: "Late" } }] });
});

it("tells when the client drops a hanging request", async () => {
  const server = await startServer([{ hang: "before_headers" }]);
  const abort = new AbortController();
  const outcome = expect(ask(server, {}, abort.signal)).rejects.toThrow();
  await server.waitForRequests(1);
  abort.abort();
  await outcome;
  await server.requests[0]?.dropped;
});

it("closes with connections still hanging", async () => {
  const server = await startModelServer([{ hang: "before_headers" }, { hang: "after_text" }]);
  const outcome = expect(ask(server)).rejects.toThrow();
  const streaming = await ask(server, { stream: true });
  await server.waitForRequests(2);
  await server.close();
  await outcome;
  await expect(streaming.text()).rejects.toThrow();
  await expect(ask(server)).rejects.toThrow();
});

it("cuts connections and sends raw bodies", async () => {
  const server = await startServer([{ cut: "before_headers" }, { cut: "in_text" }, { raw: "<html>" }]);
  await expect(ask(server)).rejects.toThrow();
  await expect((await ask(server, { stream: true })).text()).rejects.toThrow();
  expect(await (await ask(server)).text()).toBe("<html>");
});

it("lists a model and knows no other path", async () => {
  const server = await startServer();
  expect(await (await fetch(`${server.baseUrl}/models`)).json()).toMatchObject({
    data: [{ id: "test-model" }],
  });
  expect((await fetch(`${server.baseUrl}/nothing`)).status).toBe(404);
  expect(server.requests).toHaveLength(0);
});
