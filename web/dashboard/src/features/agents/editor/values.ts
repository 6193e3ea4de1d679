import type { Agent, CreateAgentBody } from "../../../api/generated/model";
import { type DurationValue, toDuration, toSeconds } from "../../../components/form/index.ts";

/** A number as its field has it: empty where there is none. */
type NumberText = number | string;

/** An agent as the form has it. */
export interface AgentValues {
  readonly name: string;
  readonly instructions: string;
  readonly guidance: string;
  readonly modelProviderId: string | null;
  readonly model: string;
  readonly temperature: NumberText;
  readonly maxOutputTokens: NumberText;
  readonly language: string;
  readonly toolIds: readonly string[];
  readonly knowledgeIds: readonly string[];
  readonly limits: {
    readonly maxIterations: NumberText;
    readonly maxTime: DurationValue;
    readonly maxToolCalls: NumberText;
    readonly maxCostUsd: string;
  };
  readonly dailyCostUsd: string;
  readonly monthlyCostUsd: string;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  readonly meta: Readonly<Record<string, unknown>>;
}

export const noValues: AgentValues = {
  name: "",
  instructions: "",
  guidance: "",
  modelProviderId: null,
  model: "",
  temperature: "",
  maxOutputTokens: "",
  language: "",
  toolIds: [],
  knowledgeIds: [],
  limits: { maxIterations: "", maxTime: { amount: "", unit: "minutes" }, maxToolCalls: "", maxCostUsd: "" },
  dailyCostUsd: "",
  monthlyCostUsd: "",
  enabled: true,
  isDefault: false,
  meta: {},
};

/** A stored agent for the form. */
export function toValues(agent: Agent): AgentValues {
  const { limits } = agent;
  return {
    name: agent.name,
    instructions: agent.instructions,
    guidance: agent.guidance,
    modelProviderId: agent.modelProviderId,
    model: agent.model,
    temperature: agent.temperature ?? "",
    maxOutputTokens: agent.maxOutputTokens ?? "",
    language: agent.language ?? "",
    toolIds: agent.toolIds,
    knowledgeIds: agent.knowledgeIds,
    limits: {
      maxIterations: limits.maxIterations ?? "",
      maxTime: toDuration(limits.maxTimeSeconds, "minutes"),
      maxToolCalls: limits.maxToolCalls ?? "",
      maxCostUsd: limits.maxCostUsd ?? "",
    },
    dailyCostUsd: agent.dailyCostUsd ?? "",
    monthlyCostUsd: agent.monthlyCostUsd ?? "",
    enabled: agent.enabled,
    isDefault: agent.isDefault,
    meta: agent.meta,
  };
}

/** A copy of an agent: the same, under another name, and never the default. */
export function toCopy(agent: Agent): AgentValues {
  return { ...toValues(agent), name: `${agent.name} (copy)`, isDefault: false };
}

/**
 * The agent as the API takes it. What is empty goes as null or as it is, so that the API says what is missing; without
 * a provider there is none in it, although the type says so.
 */
export function toBody(values: AgentValues): CreateAgentBody {
  const { limits } = values;
  return {
    name: values.name,
    instructions: values.instructions,
    guidance: values.guidance,
    modelProviderId: (values.modelProviderId ?? undefined) as string,
    model: values.model,
    temperature: toNumber(values.temperature),
    maxOutputTokens: toNumber(values.maxOutputTokens),
    language: toText(values.language),
    toolIds: [...values.toolIds],
    knowledgeIds: [...values.knowledgeIds],
    limits: {
      maxIterations: toNumber(limits.maxIterations),
      maxTimeSeconds: toSeconds(limits.maxTime) ?? null,
      maxToolCalls: toNumber(limits.maxToolCalls),
      maxCostUsd: toText(limits.maxCostUsd),
    },
    dailyCostUsd: toText(values.dailyCostUsd),
    monthlyCostUsd: toText(values.monthlyCostUsd),
    enabled: values.enabled,
    isDefault: values.isDefault,
    meta: values.meta as CreateAgentBody["meta"],
  };
}

function toNumber(value: NumberText): number | null {
  return value === "" ? null : Number(value);
}

function toText(value: string): string | null {
  return value.trim() === "" ? null : value.trim();
}

/** The parts of the body that differ from what was there, so that saving leaves others' changes of other fields. */
export function toChanges(before: AgentValues, now: AgentValues): Partial<CreateAgentBody> {
  const was: Readonly<Record<string, unknown>> = { ...toBody(before) };
  return Object.fromEntries(
    Object.entries(toBody(now)).filter(([field, value]) => !isSame(value, was[field])),
  );
}

/** The form's field for the API's. */
export function fieldOf(path: string): string {
  return path === "limits.maxTimeSeconds" ? "limits.maxTime" : path;
}

/** Fields that are folded away until somebody wants them. */
const advanced: readonly string[] = ["temperature", "maxOutputTokens", "limits", "meta"];

/** Whether a fault stands at a folded field, which has to be shown then. */
export function hasAdvancedFault(errors: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(errors).some(
    ([path, error]) => Boolean(error) && advanced.includes(path.split(".")[0] ?? ""),
  );
}

export function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
