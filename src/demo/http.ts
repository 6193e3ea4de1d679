import { z } from "zod";
import { type IdKind, toId } from "../base/ids.ts";
import { type Route, route } from "../base/route.ts";
import { idOut } from "../base/schemas.ts";
import type { Core } from "../engine/index.ts";
import { recordChange } from "../workspaces/index.ts";
import { type Demo, findDemo, removeDemo } from "./demo.ts";

const tag = "Demo";

const demoOut = z
  .object({
    agentIds: z.array(idOut("agent")),
    contactIds: z.array(idOut("contact")),
    channelIds: z.array(idOut("channel")),
    taskIds: z.array(idOut("task")),
  })
  .meta({ id: "Demo" });

function present(demo: Demo): z.input<typeof demoOut> {
  const show = (kind: IdKind, ids: readonly string[]) => ids.map((id) => toId(kind, id));
  return {
    agentIds: show("agent", demo.agentIds),
    contactIds: show("contact", demo.contactIds),
    channelIds: show("channel", demo.channelIds),
    taskIds: show("task", demo.taskIds),
  };
}

const example: z.input<typeof demoOut> = {
  agentIds: ["agent_01k3v8q5x8e7arf4s2m6t9c0wd"],
  contactIds: ["contact_01k3v8q5x8e7arf4s2m6t9c0wd"],
  channelIds: ["chan_01k3v8q5x8e7arf4s2m6t9c0wd"],
  taskIds: ["task_01k3v8q5x8e7arf4s2m6t9c0wd"],
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
        "Deletes everything marked as demo, with its conversations and executions, and answers what that was.",
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
