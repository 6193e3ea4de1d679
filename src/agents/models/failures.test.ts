import { describe, expect, it } from "vitest";
import type { ModelServerBehaviour } from "../../../test/model-servers/behaviour.ts";
import { servedKinds } from "../../../test/model-servers/kinds.ts";
import { type FailureContext, toModelError } from "./failures.ts";
import { apiKey, ask, connect, startServer, ways } from "./http-model.test-support.ts";
import { modelServerKinds } from "./kinds.ts";
import type { ModelMessage } from "./messages.ts";

const everyWay = servedKinds.flatMap((served) => ways.map((how) => ({ kind: served.kind, how, served })));

describe.each(everyWay)("a call that fails, $kind, $how", ({ served, how }) => {
  const html = "<html><body>Bad gateway</body></html>";

  it.each([
    [
      { status: 400, message: "bad field" },
      { code: "refused", retryable: false, status: 400 },
    ],
    [{ status: 401 }, { code: "unauthorized", retryable: false, status: 401 }],
    [{ status: 403 }, { code: "unauthorized", retryable: false, status: 403 }],
    [{ status: 404 }, { code: "refused", retryable: false, status: 404 }],
    [{ status: 408 }, { code: "timeout", retryable: true, status: 408 }],
    [{ status: 429 }, { code: "rate_limited", retryable: true, retryAfterSeconds: undefined }],
    [
      { status: 429, retryAfter: 7 },
      { code: "rate_limited", retryable: true, retryAfterSeconds: 7 },
    ],
    [
      { status: 429, headers: { "retry-after-ms": "1500" }, retryAfter: 2 },
      { code: "rate_limited", retryable: true, retryAfterSeconds: 1.5 },
    ],
    [{ status: 500 }, { code: "provider_unavailable", retryable: true, status: 500 }],
    [{ status: 529 }, { code: "provider_unavailable", retryable: true, status: 529 }],
    [
      { status: 503, retryAfter: 2 },
      { code: "provider_unavailable", retryable: true, retryAfterSeconds: 2 },
    ],
    [
      { status: 502, body: html, headers: { "content-type": "text/html" } },
      {
        code: "provider_unavailable",
        retryable: true,
        message: expect.stringContaining("answered 502: Bad Gateway"),
      },
    ],
    [
      { status: 302, headers: { location: "/elsewhere" }, body: "" },
      { code: "refused", retryable: false, status: 302 },
    ],
  ])("%j", async (behaviour, expected) => {
    const server = await startServer(served, [behaviour]);
    const call = connect(served, server).call(ask(how));
    await expect(call).rejects.toMatchObject({ name: "ModelError", ...expected });
    expect(server.requests).toHaveLength(1);
  });

  it("reads Retry-After as a date", async () => {
    const clock = {
      now: () => new Date("2026-05-01T12:00:00Z"),
      monotonicMs: () => 0,
      after: () => () => undefined,
    };
    const server = await startServer(served, [{ status: 429, retryAfter: "Fri, 01 May 2026 12:00:45 GMT" }]);
    await expect(connect(served, server, { clock }).call(ask(how))).rejects.toMatchObject({
      retryAfterSeconds: 45,
    });
  });

  it.each<ModelServerBehaviour>([
    { cut: "before_headers" },
    { cut: "in_text" },
    { cut: "in_tool_call" },
    { cutAfterBytes: 40, answer: { text: "Hello from afar." } },
  ])("a connection that breaks: %j", async (behaviour) => {
    const server = await startServer(served, [behaviour]);
    await expect(connect(served, server).call(ask(how))).rejects.toMatchObject({
      code: "network",
      retryable: true,
      message: expect.stringMatching(
        /^The connection to http:\/\/127\.0\.0\.1:\d+ failed: the server broke it off.* \([A-Z_]+\)\.$/,
      ),
    });
  });

  it("a body that ends before the answer is complete", async () => {
    const server = await startServer(served, [{ cut: "without_end" }]);
    await expect(connect(served, server).call(ask(how))).rejects.toMatchObject({
      code: "bad_answer",
      retryable: true,
    });
  });

  it.each<ModelServerBehaviour>([
    { raw: "<html>Welcome to nginx</html>", contentType: "text/html" },
    { raw: "Good morning.", contentType: "text/plain" },
    { raw: "" },
    { raw: "[1, 2]" },
    { raw: "data: {nonsense}\n\n", contentType: "text/event-stream" },
    { raw: "data: [DONE]\n\n", contentType: "text/event-stream" },
  ])("unreadable: %j", async (behaviour) => {
    const server = await startServer(served, [behaviour]);
    await expect(connect(served, server).call(ask(how))).rejects.toMatchObject({ code: "bad_answer" });
  });

  it("an answer without content", async () => {
    const server = await startServer(served, [{ raw: "{}" }]);
    const call = connect(served, server).call(ask(how));
    await expect(call).rejects.toMatchObject({
      code: expect.stringMatching(/^(bad_answer|provider_unavailable)$/),
      message: expect.not.stringContaining("500"),
    });
  });

  it("a body that cannot be decompressed", async () => {
    const server = await startServer(served, [
      { status: 200, body: "plain", headers: { "content-encoding": "gzip" } },
    ]);
    await expect(connect(served, server).call(ask(how))).rejects.toMatchObject({
      code: "network",
      retryable: true,
      message: expect.stringContaining("cannot be decompressed (Z_DATA_ERROR)"),
    });
  });

  it("an answer that is nested thousands of levels deep", async () => {
    const server = await startServer(served, [{ raw: `${"[".repeat(50_000)}${"]".repeat(50_000)}` }]);
    await expect(connect(served, server).call(ask(how))).rejects.toMatchObject({
      code: "bad_answer",
      message: expect.not.stringContaining("call stack"),
    });
  });

  it("a page instead of an answer, with what to look at", async () => {
    const server = await startServer(served, [
      { raw: "<html>Welcome to nginx</html>", contentType: "text/html" },
    ]);
    const { protocol } = modelServerKinds[served.kind];
    const what = how === "whole" ? 'not JSON and begins with "<html>' : "answered with text/html";
    const call = connect(served, server).call(ask(how));
    await expect(call).rejects.toMatchObject({ code: "bad_answer", retryable: false });
    await expect(call).rejects.toThrow(new RegExp(`did not answer in ${protocol}: .*${what}`));
  });

  it("an error at the very beginning of a stream", async () => {
    if (how === "whole") return;
    const error = {
      type: "error",
      code: "rate_limit_exceeded",
      message: "Slow down.",
      status: "RESOURCE_EXHAUSTED",
    };
    const named = served.kind === "anthropic" ? { ...error, type: "rate_limit_error" } : error;
    const bodies = { openai: named, anthropic: { type: "error", error: named } };
    const body =
      served.kind === "openai" || served.kind === "anthropic" ? bodies[served.kind] : { error: named };
    const raw = `event: error\ndata: ${JSON.stringify(body)}\n\n`;
    const server = await startServer(served, [{ raw, contentType: "text/event-stream" }]);
    await expect(connect(served, server).call(ask(how))).rejects.toMatchObject({
      code: "rate_limited",
      retryable: true,
      message: expect.stringContaining("Slow down."),
    });
  });

  it("an error inside a stream that began well, with what was used", async () => {
    const server = await startServer(served, [
      {
        streamError: "Overloaded, try later",
        errorCode: served.kind === "google" ? "UNAVAILABLE" : "overloaded_error",
      },
    ]);
    const call = connect(served, server).call(ask(how));
    await expect(call).rejects.toMatchObject({ code: "provider_unavailable", retryable: true });
    await expect(call).rejects.toThrow("Overloaded, try later");
    const reportsEarly = how === "streamed" && (served.kind === "anthropic" || served.kind === "google");
    const usage = reportsEarly ? { inputTokens: 11, outputTokens: 1 } : undefined;
    await expect(call).rejects.toHaveProperty("usage", usage);
  });

  it("nobody listens", async () => {
    const server = await served.start();
    await server.close();
    const call = connect(served, server).call(ask(how));
    await expect(call).rejects.toMatchObject({ code: "network", retryable: true });
    await expect(call).rejects.toThrow(
      `The connection to ${new URL(server.baseUrl).origin} failed: nothing listens there (ECONNREFUSED).`,
    );
  });

  it("an address that may not be reached", async () => {
    const call = connect(served, { baseUrl: "http://169.254.169.254/v1" }).call(ask(how));
    await expect(call).rejects.toMatchObject({ code: "refused", retryable: false });
    await expect(call).rejects.toThrow(/169\.254\.169\.254 may not be reached/);
  });

  it("a base URL that is none, or holds a password", async () => {
    const nonsense = connect(served, { baseUrl: "nonsense" }).call(ask(how));
    await expect(nonsense).rejects.toMatchObject({ code: "refused" });
    const call = connect(served, { baseUrl: "http://user:hunter2@127.0.0.1:1/v1" }).call(ask(how));
    await expect(call).rejects.toThrow("must not contain a user name or password");
    await expect(call).rejects.not.toThrow("hunter2");
  });

  it("a history with a call that has no result", async () => {
    const server = await startServer(served, [{ text: "Never." }]);
    const messages: ModelMessage[] = [
      { role: "assistant", content: "", toolCalls: [{ id: "a", name: "finish", input: {} }] },
      { role: "user", content: "And?" },
    ];
    const call = connect(served, server).call(ask(how, { messages }));
    await expect(call).rejects.toMatchObject({ code: "refused", retryable: false });
    expect(server.requests).toHaveLength(0);
  });

  it("never with the API key in the error", async () => {
    const echo = `Incorrect API key provided: ${apiKey}. Header was "Bearer ${apiKey}".`;
    const behaviours: ModelServerBehaviour[] = [
      { status: 401, message: echo },
      { status: 500, body: echo },
      { raw: JSON.stringify({ error: { message: echo } }) },
      { raw: echo },
      { streamError: echo, errorCode: "server_error" },
    ];
    const server = await startServer(served, behaviours);
    for (const _ of behaviours) {
      const error: unknown = await connect(served, server)
        .call(ask(how))
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ name: "ModelError" });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)).not.toContain(apiKey);
    }
  });
});

describe.each(ways)("what providers say in words of their own, %s", (how) => {
  it.each([
    ["openai", 429, { code: "insufficient_quota" }, { code: "rate_limited", retryable: false }],
    ["openai_compatible", 429, { code: "insufficient_quota" }, { code: "rate_limited", retryable: false }],
    ["google", 400, { details: [{ reason: "API_KEY_INVALID" }] }, { code: "unauthorized", retryable: false }],
    [
      "google",
      429,
      { details: [{ retryDelay: "37s" }, { retryDelay: "soon" }] },
      { code: "rate_limited", retryable: true, retryAfterSeconds: 37 },
    ],
  ])("%s, %i %j", async (kind, status, fields, expected) => {
    const served = servedKinds.find((known) => known.kind === kind);
    if (served === undefined) throw new Error("no such kind");
    const error = { message: "No.", status: "ODD", code: status, type: "odd", ...fields };
    const server = await startServer(served, [{ status, body: JSON.stringify({ error }) }]);
    await expect(connect(served, server).call(ask(how))).rejects.toMatchObject(expected);
  });

  it.each([
    [{ code: 502, message: "upstream died" }, "provider_unavailable", true],
    [{ code: "429", message: "slow down" }, "rate_limited", true],
    [{ code: "insufficient_quota", message: "pay first" }, "rate_limited", false],
    [{ type: "invalid_request_error", message: "too long" }, "refused", false],
    [{ message: "strange" }, "provider_unavailable", true],
  ])("a gateway's error inside a success: %j", async (error, code, retryable) => {
    const body = JSON.stringify({ error });
    const served = servedKinds.find(({ kind }) => kind === "openai_compatible");
    if (served === undefined) throw new Error("no such kind");
    const server = await startServer(served, [{ raw: how === "streamed" ? `data: ${body}\n\n` : body }]);
    const call = connect(served, server).call(ask(how));
    await expect(call).rejects.toMatchObject({ code, retryable });
    await expect(call).rejects.toThrow(error.message);
  });
});

describe("toModelError", () => {
  const context: FailureContext = {
    stopped: undefined,
    now: new Date(0),
    origin: "http://models.example",
    protocol: "a protocol",
    apiKey,
    silenceTimeoutMs: 1000,
    maxAnswerBytes: 1000,
  };

  it("finds the connection's code among the addresses that were tried", () => {
    const tried = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const error = new TypeError("fetch failed", { cause: new AggregateError([tried]) });
    expect(toModelError(error, context)).toMatchObject({
      code: "network",
      message: "The connection to http://models.example failed: nothing listens there (ECONNREFUSED).",
    });
  });

  it("calls an error it does not know a bad answer and does not repeat it", () => {
    expect(toModelError(new Error(`odd ${apiKey}`), context)).toMatchObject({
      code: "bad_answer",
      retryable: false,
      message: "The call failed: odd [API key]",
    });
  });

  it("makes do with what is no error at all", () => {
    expect(toModelError("odd", context)).toMatchObject({ code: "provider_unavailable" });
    expect(toModelError({ odd: 1 }, context).message).toBe('The provider reported: {"odd":1}');
  });

  it("ends with causes that go in a circle", () => {
    const error = new Error("round");
    error.cause = error;
    expect(toModelError(error, context).code).toBe("bad_answer");
  });

  it("keeps messages short", () => {
    expect(toModelError(new Error("x".repeat(5000)), context).message.length).toBeLessThan(700);
  });
});
