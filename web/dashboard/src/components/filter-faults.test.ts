import { expect, test } from "vitest";
import { ApiError } from "../api/problem.ts";
import { filterFaults, withoutFaulty, wordFault } from "./filter-faults.ts";

const search = { state: "bogus", q: "crm", agentId: "x" };
const state = { path: "state", code: "invalid", message: "must be one of active, paused" };
const refused = (code: string, ...errors: (typeof state)[]) => new ApiError(422, { code, errors }, null);

test("filters of the address that are refused are named and can be left out", () => {
  const faults = filterFaults(refused("invalid_request", state), search);
  expect(faults).toEqual([state]);
  expect(withoutFaulty(search, faults)).toEqual({ q: "crm", agentId: "x" });
  expect(wordFault(state, search)).toBe("state is “bogus”: must be one of active, paused");
});

test("other faults are not the address's", () => {
  expect(filterFaults(refused("invalid_request", state, { ...state, path: "limit" }), search)).toEqual([]);
  expect(filterFaults(refused("task_ended", state), search)).toEqual([]);
  expect(filterFaults(new Error("else"), search)).toEqual([]);
});
