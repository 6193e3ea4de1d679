import { expect, it } from "vitest";
import { findMend } from "./rules.ts";

const subject = { channelId: "chan_1", contactId: "contact_1", agentId: "agent_1" };

it("knows what to do about each reason that a person can mend", () => {
  expect(findMend("workspace_frozen", subject)).toMatchObject({ link: { to: "/settings/workspace" } });
  expect(findMend("channel_disabled", subject)).toMatchObject({ link: { params: { channelId: "chan_1" } } });
  expect(findMend("agent_disabled", subject)).toMatchObject({ link: { params: { agentId: "agent_1" } } });
  expect(findMend("agent_disabled", { ...subject, agentId: null })).toMatchObject({
    link: { to: "/agents" },
  });
  expect(findMend("contact_opted_out", subject)).toMatchObject({
    link: { params: { contactId: "contact_1" } },
  });
  expect(findMend("human_in_control", subject)).toMatchObject({ kind: "hand_back" });
  expect(findMend("answer_window_over", subject)).toMatchObject({ kind: "write" });
  expect(findMend("conversation_closed", subject)).toBeUndefined();
});
