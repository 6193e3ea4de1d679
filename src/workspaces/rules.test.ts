import { describe, expect, it } from "vitest";
import { roles } from "../base/route.ts";
import { attemptSource, changedFields, chooseMembership, invitationStatus, roleScope } from "./rules.ts";

describe("roles", () => {
  it("gives each role its scope", () => {
    expect(roles.map(roleScope)).toEqual(["read", "write", "admin", "admin"]);
  });
});

describe("attemptSource", () => {
  it("counts an IPv4 address however it is written, and an IPv6 network", () => {
    expect(attemptSource("::ffff:192.0.2.7")).toBe(attemptSource("192.0.2.7"));
    expect(attemptSource("192.0.2.8")).not.toBe(attemptSource("192.0.2.7"));
    expect(attemptSource("2001:db8:1:2::1")).toBe(attemptSource("2001:db8:1:2:ffff::9"));
    expect(attemptSource("2001:db8:1:3::1")).not.toBe(attemptSource("2001:db8:1:2::1"));
    expect(attemptSource("nonsense")).toBe("unknown");
  });
});

describe("changedFields", () => {
  it("lists what differs, by value", () => {
    const before = { name: "a", tags: ["x"], meta: { a: 1 }, secret: "s" };
    const after = { name: "b", tags: ["x"], meta: { a: 2 }, secret: "t" };
    expect(changedFields(before, after, ["name", "tags", "meta"])).toEqual({
      name: ["a", "b"],
      meta: [{ a: 1 }, { a: 2 }],
    });
  });
  it("shows creation and deletion against null", () => {
    expect(changedFields(undefined, { name: "a", note: null }, ["name", "note"])).toEqual({
      name: [null, "a"],
    });
    expect(changedFields({ name: "a" }, undefined, ["name"])).toEqual({ name: ["a", null] });
  });
});

describe("chooseMembership", () => {
  const first = { workspaceId: "w1", memberId: "m1", role: "viewer" } as const;
  const second = { workspaceId: "w2", memberId: "m2", role: "owner" } as const;
  it("takes the named one, else the first, and none of somebody else's", () => {
    expect(chooseMembership([first, second], undefined)).toBe(first);
    expect(chooseMembership([first, second], "w2")).toBe(second);
    expect(chooseMembership([first, second], "w3")).toBeUndefined();
    expect(chooseMembership([], undefined)).toBeUndefined();
  });
});

describe("invitationStatus", () => {
  const now = new Date("2027-03-01T09:00:00Z");
  const open = { acceptedAt: null, revokedAt: null, expiresAt: new Date("2027-03-01T09:00:01Z") };
  it("says what became of it", () => {
    expect(invitationStatus(open, now)).toBe("open");
    expect(invitationStatus({ ...open, expiresAt: now }, now)).toBe("expired");
    expect(invitationStatus({ ...open, expiresAt: now, revokedAt: now }, now)).toBe("revoked");
    expect(invitationStatus({ ...open, expiresAt: now, acceptedAt: now }, now)).toBe("accepted");
  });
});
