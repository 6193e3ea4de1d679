import { describe, expect, it } from "vitest";
import type { Session } from "../../api/generated/model";
import { needsName, secretIn } from "./rules.ts";

describe("secretIn", () => {
  it.each([
    ["#token=r2Zk1tq0-v9_w2", "r2Zk1tq0-v9_w2"],
    ["token=abc&x=1", "abc"],
    ["#content", ""],
    ["#token=", ""],
    ["", ""],
  ])("reads %j as %j", (hash, secret) => {
    expect(secretIn(hash)).toBe(secret);
  });
});

function session(...memberships: readonly (readonly [string, string, "owner" | "admin"])[]): Session {
  return {
    name: "Ada Novak",
    email: "ada@example.com",
    timezone: null,
    theme: "system",
    memberships: memberships.map(([workspaceId, workspaceName, role]) => ({
      workspaceId,
      workspaceName,
      memberId: `mem_${workspaceId}`,
      role,
    })),
  };
}

describe("needsName", () => {
  it("asks the owner of a workspace that has its first name", () => {
    expect(needsName(session(["ws_1", "default", "owner"]), "ws_1")).toBe(true);
    expect(needsName(session(["ws_1", "default", "owner"]), null)).toBe(true);
  });

  it("asks nobody else, and no name twice", () => {
    expect(needsName(session(["ws_1", "default", "admin"]), "ws_1")).toBe(false);
    expect(needsName(session(["ws_1", "Blume", "owner"]), "ws_1")).toBe(false);
    expect(needsName(session(["ws_1", "default", "owner"], ["ws_2", "Blume", "owner"]), "ws_2")).toBe(false);
    expect(needsName(session(), null)).toBe(false);
  });
});
