import { expect, it } from "vitest";
import { previewOf, toParams } from "./rules.ts";

it("hands filters to the API as texts", () => {
  expect(toParams({ status: "open", sessionLive: false })).toEqual({ status: "open", sessionLive: "false" });
  expect(toParams({ q: "anna" })).toEqual({ q: "anna" });
});

it("shows the newest message in one line with who wrote it", () => {
  const message = { id: "msg_1", direction: "out", text: "Hello\n\n Anna ", status: "sent" } as const;
  const agent = { kind: "agent", id: "agent_1" } as const;
  expect(previewOf({ ...message, author: agent })).toEqual({ text: "Agent: Hello Anna", state: undefined });
  expect(previewOf({ ...message, author: agent, status: "held" }).state).toBe("held");
  expect(previewOf({ ...message, author: { kind: "contact", id: null } }).text).toBe("Hello Anna");
  expect(previewOf(null).text).toBe("No messages yet");
});
