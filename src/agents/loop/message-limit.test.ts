import { expect, it } from "vitest";
import { countVainSend, findMessageLimit, findVainSends } from "./message-limit.ts";

it("lets ten messages out that nobody answers, and twenty in all", () => {
  expect(findMessageLimit({ sent: 9, unanswered: 9 })).toBeUndefined();
  expect(findMessageLimit({ sent: 10, unanswered: 10 })).toMatchObject({
    code: "too_many_messages",
    message: expect.stringContaining("10 messages without an answer"),
  });
  expect(findMessageLimit({ sent: 19, unanswered: 9 })).toBeUndefined();
  expect(findMessageLimit({ sent: 20, unanswered: 0 })?.message).toContain("20 messages:");
});

it("counts tries in a row to send more, whatever else is done between them", () => {
  const refusal = findMessageLimit({ sent: 20, unanswered: 0 });
  if (refusal === undefined) throw new Error("no limit");
  const vain = { output: null, did: "message_refused", refusal } as const;
  const outcomes = [vain, vain, { output: null, did: "changed" } as const, undefined, vain];
  expect(outcomes.reduce(countVainSend, 0)).toBe(3);
  const other = { code: "contact_opted_out", message: "No." };
  expect(countVainSend(3, { ...vain, refusal: other })).toBe(3);
  expect(countVainSend(3, { output: null, did: "message_accepted" })).toBe(0);
  expect([findVainSends(4), findVainSends(5)?.code]).toEqual([undefined, "too_many_messages"]);
});
