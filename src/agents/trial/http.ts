import { z } from "zod";
import { type Route, route } from "../../base/route.ts";
import { idOf, text } from "../../base/schemas.ts";
import { type Core, reasonOut } from "../../engine/index.ts";
import { newAgent } from "../agent-schemas.ts";
import { agentErrors } from "../errors.ts";
import { longestMessage } from "../loop/built-in-tools.ts";
import { mostModelCalls, mostSeconds } from "./start.ts";
import { type TriedAgent, tryAgent } from "./try-agent.ts";

const mostMessages = 50;

const message = z.strictObject({
  role: z.enum(["contact", "agent"]),
  text: text({ min: 1, max: longestMessage }),
});

const trialFields = z.strictObject({
  agent: newAgent.extend({ name: newAgent.shape.name.optional() }).meta({
    description:
      "The agent as it would be created. `enabled`, `isDefault`, `meta` and its budgets change nothing here",
  }),
  contactId: idOf("contact").nullish().meta({
    description: "Whose facts it is told; null: a stranger's, of whom nothing is known",
  }),
  messages: z
    .array(message)
    .max(mostMessages, { error: `must hold at most ${mostMessages} messages` })
    .meta({
      description:
        "The conversation, oldest first. Without a task it has at least one message, and the last one is the contact's",
    }),
  task: z
    .strictObject({ name: text({ min: 1, max: 200 }), description: text({ min: 1, max: 20_000 }) })
    .nullish()
    .meta({
      description: "Carries out this task instead of answering; the conversation is what was said before",
    }),
});

const trial = trialFields.superRefine(({ messages, task }, context) => {
  if (task !== null && task !== undefined) return;
  const last = messages.at(-1);
  if (last === undefined) {
    const params = { code: "too_small" };
    context.addIssue({
      code: "custom",
      path: ["messages"],
      message: "must hold at least one message",
      params,
    });
  } else if (last.role === "agent") {
    const path = ["messages", messages.length - 1, "role"];
    const params = { code: "contact_required" };
    context.addIssue({ code: "custom", path, message: "must be contact for the last message", params });
  }
});

const trialOut = z
  .object({
    reply: z.string().nullable().meta({
      description: "What the contact would get as answer; null: nothing, or a task was carried out",
    }),
    messages: z
      .array(z.object({ text: z.string() }))
      .meta({ description: "What `send_message` would have sent, in order; only tasks have that tool" }),
    steps: z.array(
      z.object({
        kind: z.enum(["model", "tool"]),
        name: z.string(),
        input: z.unknown(),
        output: z.unknown().meta({
          description: "Of a call that was only played: `played`, what a real one does, and `answer`",
        }),
        error: reasonOut,
        costUsd: z.string(),
        inputTokens: z.int(),
        outputTokens: z.int(),
        durationMs: z.int(),
      }),
    ),
    outcome: z.string().nullable().meta({ description: "As the execution's would have been" }),
    stopped: reasonOut.meta({ description: "Why it did not come to its own end; null: it did" }),
    costUsd: z.string(),
    inputTokens: z.int(),
    outputTokens: z.int(),
  })
  .meta({ id: "AgentTrial" });

const exampleBody = {
  agent: {
    instructions: "You work for Blume, a flower shop. Be warm and brief.",
    modelProviderId: "prov_01k3v8q5x8e7arf4s2m6t9c0wd",
    model: "gpt-4.1-mini",
    toolIds: ["tool_01k3v8q5x8e7arf4s2m6t9c0wd"],
  },
  contactId: "contact_01k3v8q5x8e7arf4s2m6t9c0wd",
  messages: [{ role: "contact", text: "Where is my order A-1041?" }],
};

const exampleTrial: z.input<typeof trialOut> = {
  reply: "Your order is on its way and arrives on Tuesday.",
  messages: [],
  steps: [
    {
      kind: "model",
      name: "gpt-4.1-mini",
      input: { messages: 2, tools: ["remember", "finish", "order_status"], nearLimits: [] },
      output: { text: "Your order is on its way and arrives on Tuesday.", toolCalls: [] },
      error: null,
      costUsd: "0.00035",
      inputTokens: 612,
      outputTokens: 64,
      durationMs: 840,
    },
  ],
  outcome: "message_sent",
  stopped: null,
  costUsd: "0.00035",
  inputTokens: 612,
  outputTokens: 64,
};

/** `/v1/agents/test` */
export function trialRoutes(core: Core): readonly Route[] {
  return [
    route({
      scope: "write",
      method: "POST",
      path: "/v1/agents/test",
      operationId: "testAgent",
      tag: "Agents",
      summary: "Try an agent before it is saved",
      description:
        "Answers a conversation as the agent would, and keeps nothing but the costs: no message goes out, and what " +
        "built-in tools would change is only played. Model calls, searches in knowledge and calls of the agent's tools " +
        `are real. At most ${mostModelCalls} model calls and ${mostSeconds} s. What goes wrong at the provider is ` +
        "`stopped` in an answer 200. Model calls count into the workspace's budgets, and in its usage under the agent " +
        "id of zeros.",
      errors: [agentErrors.budget],
      body: trial,
      response: trialOut,
      examples: { body: exampleBody, response: exampleTrial },
      handler: async ({ caller, body: { contactId = null, task = null, ...rest }, signal }) =>
        presentTrial(await tryAgent(core, caller.workspaceId, { ...rest, contactId, task }, signal)),
    }),
  ];
}

function presentTrial({ messages, steps, ...tried }: TriedAgent): z.input<typeof trialOut> {
  return { ...tried, messages: messages.map((one) => ({ text: one })), steps: [...steps] };
}
