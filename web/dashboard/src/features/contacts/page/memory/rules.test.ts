import { expect, test } from "vitest";
import type { ContactMemory } from "../../../../api/generated/model";
import { emptyFact, toCreateFact, toFactForm, toSameFact, toUpdateFact, valueFault } from "./rules.ts";

const zone = "Europe/Berlin";
const fact: ContactMemory = {
  id: "fact_01k3v8q5x8e7arf4s2m6t9c0wd",
  key: "delivery_time",
  value: { after: 17 },
  text: "Is at home after 17:00.",
  source: "agent",
  executionId: null,
  expiresAt: "2027-07-01T10:00:00.000Z",
  createdAt: "2027-03-01T09:00:00.000Z",
};
const bare: ContactMemory = { ...fact, key: null, value: null, expiresAt: null };

test("a fact comes back from its form as it was", () => {
  expect(toFactForm(fact, zone)).toMatchObject({ value: '{"after":17}', expiresAt: "2027-07-01T12:00" });
  const same = { text: fact.text, value: { after: 17 }, expiresAt: fact.expiresAt };
  expect(toUpdateFact(toFactForm(fact, zone), zone)).toEqual(same);
  expect(toCreateFact(toFactForm(fact, zone), zone)).toEqual({ ...same, key: "delivery_time" });
  expect(toSameFact(fact)).toEqual({ ...same, key: "delivery_time" });
});

test("what is empty is not named when it is made, and cleared when it is changed", () => {
  expect(toCreateFact({ ...emptyFact, text: "x" }, zone)).toEqual({ text: "x" });
  expect(toSameFact(bare)).toEqual({ text: fact.text });
  expect(toUpdateFact(toFactForm(bare, zone), zone)).toEqual({
    text: fact.text,
    value: null,
    expiresAt: null,
  });
});

test("a value is JSON or nothing", () => {
  expect(valueFault({ ...emptyFact, value: " " })).toBeUndefined();
  expect(valueFault({ ...emptyFact, value: "12" })).toBeUndefined();
  expect(valueFault({ ...emptyFact, value: "after five" })).toContain("must be JSON");
});
