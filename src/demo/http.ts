import { z } from "zod";
import { type IdKind, toId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { idOut } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { recordChange } from "../workspaces/index.ts";
import { type Demo, findDemo, type Kept, removeDemo } from "./demo.ts";

const tag = "Demo";

const demoOut = z
  .object({
    agentIds: z.array(idOut("agent")),
    contactIds: z.array(idOut("contact")),
    channelIds: z.array(idOut("channel")),
    taskIds: z.array(idOut("task")),
    kept: z
      .array(
        z.object({
          kind: z.enum(["agent", "contact", "channel"]),
          id: z.string(),
          reason: z.object({ code: z.enum(["task", "conversations", "channel"]), message: z.string() }),
        }),
      )
      .meta({ description: "What something of your own uses: it stays and is no longer marked as demo" }),
  })
  .meta({ id: "Demo" });

const reasons: Readonly<Record<Kept["reason"], string>> = {
  task: "A task of yours uses it.",
  conversations: "Other contacts have conversations on it.",
  channel: "It is the default agent of a channel that stays.",
};

function present(demo: Demo): z.input<typeof demoOut> {
  const show = (kind: IdKind, ids: readonly string[]) => ids.map((id) => toId(kind, id));
  return {
    agentIds: show("agent", demo.agentIds),
    contactIds: show("contact", demo.contactIds),
    channelIds: show("channel", demo.channelIds),
    taskIds: show("task", demo.taskIds),
    kept: demo.kept.map(({ kind, id, reason }) => ({
      ...{ kind, id: toId(kind, id) },
      reason: { code: reason, message: reasons[reason] },
    })),
  };
}

const example: z.input<typeof demoOut> = {
  agentIds: ["agent_01k3v8q5x8e7arf4s2m6t9c0wd"],
  contactIds: ["contact_01k3v8q5x8e7arf4s2m6t9c0wd"],
  channelIds: ["chan_01k3v8q5x8e7arf4s2m6t9c0wd"],
  taskIds: ["task_01k3v8q5x8e7arf4s2m6t9c0wd"],
  kept: [],
};

/** `/v1/demo`: what the demo consists of, and its removal. */
export function demoRoutes(core: Core): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/demo",
      operationId: "getDemo",
      tag,
      summary: "List what belongs to the demo",
      description:
        "What its removal would delete, and what it would leave: `DELETE /v1/demo` answers the same.",
      scope: "read",
      response: demoOut,
      examples: { response: example },
      handler: async ({ caller }) => present(await core.db.tenant(caller.workspaceId, findDemo)),
    }),
    route({
      method: "DELETE",
      path: "/v1/demo",
      operationId: "removeDemo",
      tag,
      summary: "Remove the demo",
      description:
        "Deletes what is marked as demo, with its conversations and executions. What something of your own uses stays and loses the mark: a contact that a task is about, a channel on which other contacts have conversations or a task writes, an agent that does tasks or answers on such a channel. Answers what was deleted and what stays.",
      scope: "admin",
      status: 200,
      response: demoOut,
      examples: { response: example },
      async handler({ caller, requestId }) {
        const removed = await core.db.tenant(caller.workspaceId, async (tx) => {
          const demo = await removeDemo(core, tx, { caller, requestId });
          const target = { kind: "workspace", id: caller.workspaceId };
          await recordChange(tx, { caller, requestId, action: "demo.remove", target });
          return demo;
        });
        return present(removed);
      },
    }),
  ];
}
