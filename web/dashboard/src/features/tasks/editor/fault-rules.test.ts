import { describe, expect, test } from "vitest";
import { newCondition } from "./audience-rules.ts";
import { findLocalFaults, hasAdvanced, isAdvanced, taskFieldOf } from "./fault-rules.ts";
import { emptyTask, type TaskForm } from "./rules.ts";

const zones = { workspace: "UTC", reader: "UTC" };
const empty = emptyTask(zones);
/** With a filter that is edited as JSON. */
const form: TaskForm = {
  ...empty,
  whom: "audience",
  audience: { ...empty.audience, filter: { match: "all", conditions: [], json: { not: { all: [] } } } },
};

describe("faults", () => {
  test.each([
    ["name", "name"],
    ["schedule", "schedule.kind"],
    ["schedule.at", "schedule.at"],
    ["audience.filter.all.0.tag", "audience.filter.json"],
    ["audience.pacePerMinute", "audience.pacePerMinute"],
    ["contactId", "whom"],
    ["limits.maxTimeSeconds", "limits.maxTimeSeconds"],
  ])("at %s are shown at %s", (path, field) => {
    expect(taskFieldOf(path, form)).toBe(field);
  });

  test("a contact that is asked for is shown where it is chosen", () => {
    expect(taskFieldOf("contactId", { ...form, whom: "contact" })).toBe("contactId");
  });

  test("those of Advanced are known, so that it opens", () => {
    expect(isAdvanced("limits.maxTimeSeconds")).toBe(true);
    expect(isAdvanced("meta")).toBe(true);
    expect(isAdvanced("schedule.time")).toBe(false);
  });

  test("no contact is not sent as nobody, and what is no JSON not as what it was before", () => {
    const none = { filter: null, meta: null };
    const about: TaskForm = { ...form, whom: "contact", contactId: null };
    expect(findLocalFaults(about, none).map(({ path }) => path)).toEqual(["contactId"]);
    expect(findLocalFaults(form, { filter: "no", meta: "no" }).map(({ path }) => path)).toEqual([
      "audience.filter",
      "meta",
    ]);
    const rows = { ...form.audience.filter, json: null, conditions: [newCondition("a", "tag")] };
    const mended = { ...form, audience: { ...form.audience, filter: rows } };
    expect(findLocalFaults(mended, { filter: "no", meta: null })).toEqual([]);
  });
});

test("what differs below Advanced is not folded away at first", () => {
  expect(hasAdvanced({ ...empty, meta: { plan: "pro" } }, zones)).toBe(true);
  expect(hasAdvanced(emptyTask(zones, { contactId: "contact_1" }), zones)).toBe(false);
});
