import { z } from "zod";
import { toId } from "../base/ids.ts";
import {
  idOf,
  idOut,
  instant,
  instantOut,
  languageTag,
  meta,
  metaOut,
  text,
  usd,
  wholeNumber,
} from "../base/schemas.ts";
import type { Agent } from "./agent-store.ts";
import { findRepeated } from "./rules.ts";

const name = text({ min: 1, max: 200 }).meta({ description: "What people call the agent" });
const instructions = text({ min: 1, max: 20_000 }).meta({
  description: "How the agent behaves in everything it does; each task adds what is to be done",
});
export const modelProviderId = idOf("modelProvider");
const model = text({ min: 1, max: 200 }).meta({ description: "The model's name at the provider" });
const temperature = z
  .number({ error: "must be a number between 0 and 2" })
  .min(0, { error: "must be a number between 0 and 2" })
  .max(2, { error: "must be a number between 0 and 2" })
  .meta({ description: "0 to 2; null: the provider's default. Some models take none" });
const maxOutputTokens = wholeNumber(1, 200_000).meta({
  description: "The longest answer of one model call; null: the provider's default",
});
const language = languageTag(35).meta({
  description: "The language to write in, BCP 47; null: the contact's",
  example: "de",
});
const guidance = text({ max: 20_000 }).meta({
  description: "Rules of style and conduct that hold beside the instructions",
});
const limits = z
  .strictObject({
    maxIterations: wholeNumber(10, 100_000).nullish().meta({ description: "Model calls, 10 to 100000" }),
    maxTimeSeconds: wholeNumber(900, 86_400).nullish().meta({
      description: "Running time of a reply without waits, 900 to 86400 seconds; a task has its own",
    }),
    maxToolCalls: wholeNumber(1, 100_000).nullish().meta({ description: "Tool calls, 1 to 100000" }),
    maxCostUsd: usd.nullish().meta({ description: "US dollars of model calls" }),
  })
  .meta({
    description:
      "Bounds of one execution where its task does not say otherwise. Null takes one back to its default, which is smaller for replies.",
  });
const dailyCostUsd = usd.meta({
  description: "What its model calls may cost in a day of the workspace's zone; null: no budget",
});
const monthlyCostUsd = usd.meta({ description: "The same for a month" });
const enabled = z.boolean().meta({
  description: "While false the agent answers nobody, and no message of its tasks passes the gate",
});
const isDefault = z.boolean().meta({
  description: "True makes it the agent of tasks that name none, and takes that from the agent that was",
});

/** At most so many different ids. */
function listOf(kind: "tool" | "knowledge", most: number) {
  return z
    .array(idOf(kind))
    .max(most, { error: `must have at most ${most} ids` })
    .superRefine((ids, context) => {
      const repeated = findRepeated(ids);
      if (repeated === undefined) return;
      const params = { code: "repeated" };
      context.addIssue({
        code: "custom",
        path: [repeated],
        message: "must not be in the list twice",
        params,
      });
    });
}
const toolIds = listOf("tool", 50).meta({
  description: "The tools that it may call beside the built-in ones",
});
const knowledgeIds = listOf("knowledge", 200).meta({
  description: "The knowledge texts that its tool search_knowledge searches",
});

const optional = {
  temperature: temperature.nullish(),
  maxOutputTokens: maxOutputTokens.nullish(),
  language: language.nullish(),
  guidance: guidance.optional(),
  toolIds: toolIds.optional(),
  knowledgeIds: knowledgeIds.optional(),
  limits: limits.optional(),
  dailyCostUsd: dailyCostUsd.nullish(),
  monthlyCostUsd: monthlyCostUsd.nullish(),
};

export const newAgent = z.strictObject({
  name,
  instructions,
  modelProviderId,
  model,
  ...optional,
  enabled: enabled.default(true),
  isDefault: isDefault.default(false),
  meta: meta.default({}),
});

export const agentChanges = z.strictObject({
  name: name.optional(),
  instructions: instructions.optional(),
  modelProviderId: modelProviderId.optional(),
  model: model.optional(),
  ...optional,
  enabled: enabled.optional(),
  isDefault: isDefault.optional(),
  meta: meta.optional(),
});

export const agentOut = z
  .object({
    id: idOut("agent"),
    name: z.string(),
    instructions: z.string(),
    modelProviderId: idOut("modelProvider"),
    model: z.string(),
    temperature: z.number().nullable(),
    maxOutputTokens: z.int().nullable(),
    language: z.string().nullable(),
    guidance: z.string(),
    toolIds: z.array(idOut("tool")),
    knowledgeIds: z.array(idOut("knowledge")),
    limits: z
      .object({
        maxIterations: z.int().nullable(),
        maxTimeSeconds: z.int().nullable(),
        maxToolCalls: z.int().nullable(),
        maxCostUsd: z.string().nullable(),
      })
      .meta({ description: "Null: the default holds" }),
    dailyCostUsd: z.string().nullable(),
    monthlyCostUsd: z.string().nullable(),
    enabled: z.boolean(),
    isDefault: z.boolean(),
    demo: z.boolean().meta({ description: "True for what the demo made" }),
    meta: metaOut,
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: "Agent" });

export const exampleBody = {
  name: "Mia",
  instructions: "You work for Blume, a flower shop. Be warm and brief. Never promise a delivery time.",
  modelProviderId: "prov_01k3v8q5x8e7arf4s2m6t9c0wd",
  model: "gpt-4.1-mini",
  temperature: 0.3,
  language: "de",
  guidance: "Address people by their first name. No exclamation marks.",
  toolIds: ["tool_01k3v8q5x8e7arf4s2m6t9c0wd"],
  limits: { maxIterations: 50 },
  dailyCostUsd: "5.00",
  isDefault: true,
};

export const exampleAgent: z.input<typeof agentOut> = {
  id: "agent_01k3v8q5x8e7arf4s2m6t9c0wd",
  ...exampleBody,
  maxOutputTokens: null,
  knowledgeIds: [],
  limits: { maxIterations: 50, maxTimeSeconds: null, maxToolCalls: null, maxCostUsd: null },
  monthlyCostUsd: null,
  enabled: true,
  demo: false,
  meta: {},
  createdAt: "2027-03-01T09:00:00.000Z",
  updatedAt: "2027-03-01T09:00:00.000Z",
};

/** An agent as the API shows it. */
export function presentAgent(agent: Agent): z.input<typeof agentOut> {
  const { limits } = agent;
  return {
    id: toId("agent", agent.id),
    name: agent.name,
    instructions: agent.instructions,
    modelProviderId: toId("modelProvider", agent.modelProviderId),
    model: agent.model,
    temperature: agent.temperature,
    maxOutputTokens: agent.maxOutputTokens,
    language: agent.language,
    guidance: agent.guidance,
    toolIds: agent.toolIds.map((id) => toId("tool", id)),
    knowledgeIds: agent.knowledgeIds.map((id) => toId("knowledge", id)),
    limits: {
      maxIterations: limits.maxIterations ?? null,
      maxTimeSeconds: limits.maxTimeSeconds ?? null,
      maxToolCalls: limits.maxToolCalls ?? null,
      maxCostUsd: limits.maxCostUsd ?? null,
    },
    dailyCostUsd: agent.dailyCostUsd,
    monthlyCostUsd: agent.monthlyCostUsd,
    enabled: agent.enabled,
    isDefault: agent.isDefault,
    demo: agent.demo,
    meta: agent.meta,
    createdAt: instant(agent.createdAt),
    updatedAt: instant(agent.updatedAt),
  };
}
