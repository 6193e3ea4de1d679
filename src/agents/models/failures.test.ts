import { describe, expect, it, onTestFinished } from "vitest";
import { type ModelServer, type ModelServerScript, startModelServer } from "../../../test/model-server.ts";
import { createGuardedFetch } from "../../base/guarded-fetch.ts";
import { createModel } from "./create-model.ts";
import { type FailureContext, toModelError } from "./failures.ts";
import type { Model, ModelMessage, ModelRequest, ModelTool } from "./messages.ts";
import type { OpenAICompatibleProvider } from "./openai-compatible.ts";

const apiKey = "sk-very-secret-0123456789";
const fetch = createGuardedFetch({ allowPrivate: true, privateHosts: [] });
const finish: ModelTool = { name: "finish", description: "Ends the work.", inputSchema: { type: "object" } };

async function startServer(script: ModelServerScript): Promise<ModelServer> {
  const server = await startModelServer(script);
  onTestFinished(() => server.close());
  return server;
}

function connect(server: { baseUrl: string }, settings: Partial<OpenAICompatibleProvider> = {}): Model {
  return createModel(
    { kind: "openai_compatible", baseUrl: server.baseUrl, apiKey, fetch, ...settings },
    "test-model",
  );
}

describe.each(["whole", "streamed"] as const)("a call whose answer comes %s", (how) => {
  function ask(changes: Partial<ModelRequest> = {}): ModelRequest {
    return {
      messages: [{ role: "user", content: "Hello" }],
      tools: [finish],
      signal: new AbortController().signal,
      ...(how === "streamed" ? { onText: () => undefined } : {}),
      ...changes,
    };
  }

  describe("fails with the right code", () => {
    it.each([
      [
        { status: 400, message: "bad field" },
        { code: "refused", retryable: false, status: 400 },
      ],
      [{ status: 401 }, { code: "unauthorized", retryable: false, status: 401 }],
      [{ status: 403 }, { code: "unauthorized", retryable: false, status: 403 }],
      [{ status: 404 }, { code: "refused", retryable: false, status: 404 }],
      [{ status: 429 }, { code: "rate_limited", retryable: true, retryAfterSeconds: undefined }],
      [
        { status: 429, retryAfter: 7 },
        { code: "rate_limited", retryable: true, retryAfterSeconds: 7 },
      ],
      [
        { status: 429, headers: { "retry-after-ms": "1500" }, retryAfter: 2 },
        { code: "rate_limited", retryable: true, retryAfterSeconds: 1.5 },
      ],
      [
        { status: 429, errorCode: "insufficient_quota" },
        { code: "rate_limited", retryable: false },
      ],
      [{ status: 500 }, { code: "provider_unavailable", retryable: true, status: 500 }],
      [
        { status: 503, retryAfter: 2 },
        { code: "provider_unavailable", retryable: true, retryAfterSeconds: 2 },
      ],
      [
        { status: 502, body: "<html>Bad gateway</html>" },
        { code: "provider_unavailable", status: 502 },
      ],
      [
        { status: 302, headers: { location: "/elsewhere" }, body: "" },
        { code: "refused", status: 302 },
      ],
    ])("%j", async (behaviour, expected) => {
      const server = await startServer([behaviour]);
      await expect(connect(server).call(ask())).rejects.toMatchObject({ name: "ModelError", ...expected });
      expect(server.requests).toHaveLength(1);
    });

    it("reads Retry-After as a date", async () => {
      const clock = {
        now: () => new Date("2026-05-01T12:00:00Z"),
        monotonicMs: () => 0,
        after: () => () => undefined,
      };
      const server = await startServer([{ status: 429, retryAfter: "Fri, 01 May 2026 12:00:45 GMT" }]);
      await expect(connect(server, { clock }).call(ask())).rejects.toMatchObject({ retryAfterSeconds: 45 });
    });

    it.each([
      [{ cut: "before_headers" }, "network", true],
      [{ cut: "in_text" }, "network", true],
    ] as const)("%j", async (behaviour, code, retryable) => {
      const server = await startServer([behaviour]);
      await expect(connect(server).call(ask())).rejects.toMatchObject({ code, retryable });
    });

    it.each([
      { cut: "without_end" },
      { raw: "<html>Welcome to nginx</html>", contentType: "text/html" },
      { raw: "" },
      { raw: "{}" },
      { raw: '{"choices": []}' },
      { raw: '{"choices": [{"message": {"tool_calls": [{"id": "a"}]}}]}' },
      { raw: "data: {nonsense}\n\n", contentType: "text/event-stream" },
      { raw: "data: [DONE]\n\n", contentType: "text/event-stream" },
      { raw: 'data: {"choices": []}\n\n', contentType: "text/event-stream" },
    ] as const)("unreadable: %j", async (behaviour) => {
      const server = await startServer([behaviour]);
      await expect(connect(server).call(ask())).rejects.toMatchObject({ code: "bad_answer" });
    });

    it.each([
      [{ code: 502, message: "upstream died" }, "provider_unavailable", true],
      [{ code: "429", message: "slow down" }, "rate_limited", true],
      [{ code: "insufficient_quota", message: "pay first" }, "rate_limited", false],
      [{ type: "invalid_request_error", message: "too long" }, "refused", false],
      [{ message: "strange" }, "provider_unavailable", true],
    ])("an error inside a success: %j", async (error, code, retryable) => {
      const body = JSON.stringify({ error });
      const raw = how === "streamed" ? `data: ${body}\n\n` : body;
      const server = await startServer([{ raw }]);
      const call = connect(server).call(ask());
      await expect(call).rejects.toMatchObject({ code, retryable });
      await expect(call).rejects.toThrow(error.message);
    });

    it("nobody listens", async () => {
      const server = await startModelServer();
      await server.close();
      const call = connect(server).call(ask());
      await expect(call).rejects.toMatchObject({ code: "network", retryable: true });
      await expect(call).rejects.toThrow(
        `The connection to ${new URL(server.baseUrl).origin} failed: ECONNREFUSED.`,
      );
    });

    it("an address that may not be reached", async () => {
      const call = connect({ baseUrl: "http://169.254.169.254/v1" }).call(ask());
      await expect(call).rejects.toMatchObject({ code: "refused", retryable: false });
      await expect(call).rejects.toThrow(/169\.254\.169\.254 may not be reached/);
    });

    it("a base URL that is none, or holds a password", async () => {
      await expect(connect({ baseUrl: "nonsense" }).call(ask())).rejects.toMatchObject({ code: "refused" });
      const call = connect({ baseUrl: "http://user:hunter2@127.0.0.1:1/v1" }).call(ask());
      await expect(call).rejects.toThrow("must not contain a user name or password");
      await expect(call).rejects.not.toThrow("hunter2");
    });

    it("a history with a call that has no result", async () => {
      const server = await startServer([{ text: "Never." }]);
      const messages: ModelMessage[] = [
        { role: "assistant", content: "", toolCalls: [{ id: "a", name: "finish", input: {} }] },
        { role: "user", content: "And?" },
      ];
      const call = connect(server).call(ask({ messages }));
      await expect(call).rejects.toMatchObject({ code: "refused", retryable: false });
      expect(server.requests).toHaveLength(0);
    });
  });

  it("never shows the API key in an error", async () => {
    const echo = `Incorrect API key provided: ${apiKey}. Header was "Bearer ${apiKey}".`;
    const server = await startServer([
      { status: 401, message: echo },
      { status: 500, body: echo },
      { raw: JSON.stringify({ error: { message: echo } }) },
      { raw: echo },
    ]);
    for (let i = 0; i < 4; i += 1) {
      const error: unknown = await connect(server)
        .call(ask())
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ name: "ModelError" });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)).not.toContain(apiKey);
    }
  });
});

describe("toModelError", () => {
  const context: FailureContext = {
    stopped: undefined,
    now: new Date(0),
    origin: "http://models.example",
    apiKey,
    silenceTimeoutMs: 1000,
    maxAnswerBytes: 1000,
  };

  it("finds the connection's code among the addresses that were tried", () => {
    const tried = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const error = new TypeError("fetch failed", { cause: new AggregateError([tried]) });
    expect(toModelError(error, context)).toMatchObject({
      code: "network",
      message: "The connection to http://models.example failed: ECONNREFUSED.",
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
