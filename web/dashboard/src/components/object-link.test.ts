import { expect, it } from "vitest";
import { linkOfId } from "./object-link.ts";

const rest = "01k3v8q5x8e7arf4s2m6t9c0wd";

it.each([
  [`task_${rest}`, { to: "/tasks/$taskId", params: { taskId: `task_${rest}` } }],
  [`exec_${rest}`, { to: "/executions/$executionId", params: { executionId: `exec_${rest}` } }],
  [`chan_${rest}`, { to: "/channels/$channelId", params: { channelId: `chan_${rest}` } }],
  [`ws_${rest}`, { to: "/settings/workspace" }],
])("%s has a page", (id, link) => {
  expect(linkOfId(id)).toEqual(link);
});

it.each(["", "task", `task_${rest}x`, `task_9${rest.slice(1)}`, `constructor_${rest}`, `msg_${rest}`, rest])(
  "%j has none",
  (id) => {
    expect(linkOfId(id)).toBeUndefined();
  },
);
