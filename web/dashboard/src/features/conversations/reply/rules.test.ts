import { expect, it } from "vitest";
import { ApiError, ConnectionError } from "../../../api/problem.ts";
import { readFault, withText } from "./rules.ts";

it("reads the gate's reason out of a refusal", () => {
  const reason = { code: "contact_opted_out", message: "The contact does not want messages." };
  const problem = { code: "message_refused", detail: reason.message, reason };
  expect(readFault(new ApiError(409, problem, null))).toEqual(reason);
});

it("says the API's own reason where the gate was not asked", () => {
  const problem = { code: "conversation_closed", detail: "The conversation is closed." };
  expect(readFault(new ApiError(409, problem, null))).toEqual({
    code: "conversation_closed",
    message: "The conversation is closed.",
  });
  expect(readFault(new ConnectionError(undefined)).code).toBe("connection");
});

it("names a field's fault rather than that there is one", () => {
  const errors = [{ path: "text", code: "too_long", message: "must have at most 10000 characters" }];
  const problem = { code: "invalid_request", detail: "The request is not valid.", errors };
  expect(readFault(new ApiError(422, problem, null)).message).toBe("must have at most 10000 characters");
});

it("keeps what failed and what was written meanwhile", () => {
  expect(withText("one", "")).toBe("one");
  expect(withText("one", "two")).toBe("one\ntwo");
});
