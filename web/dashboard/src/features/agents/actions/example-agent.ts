import { createAgent } from "../../../api/generated/agents/agents";
import type { Agent, ModelProvider } from "../../../api/generated/model";
import {
  createModelProvider,
  listModelProviders,
  listProviderModels,
} from "../../../api/generated/model-providers/model-providers";
import { chooseModel } from "./rules.ts";

/** Creates an agent that works at once, on the first provider that has a model for it, else on the sandbox. */
export async function createExampleAgent(company: string): Promise<Agent> {
  const { modelProviderId, model } = await findModel();
  return await createAgent({
    name: "Mia",
    instructions: [
      `You look after the customers of ${company}.`,
      "Be friendly, brief and exact. Answer in the language in which you are written to.",
      "If you do not know something, say so and offer that a colleague gets in touch. Never promise what you cannot check.",
    ].join("\n"),
    modelProviderId,
    model,
    isDefault: true,
  });
}

async function findModel(): Promise<Pick<Agent, "modelProviderId" | "model">> {
  const { items } = await listModelProviders({ limit: 100 });
  for (const provider of items.filter(({ kind }) => kind !== "sandbox").toReversed()) {
    const model = await findModelOf(provider);
    if (model !== undefined) return { modelProviderId: provider.id, model };
  }
  return await takeSandbox(items);
}

/** One with a known price goes first: its costs are counted. A server that does not answer has none. */
async function findModelOf({ id, prices }: ModelProvider): Promise<string | undefined> {
  const { items } = await listProviderModels(id);
  const names = items.map((item) => item.id);
  return chooseModel(names.filter((name) => name in prices)) ?? chooseModel(names);
}

/** The workspace's sandbox, or a new one; an operator may not create it and gets the API's refusal. */
async function takeSandbox(
  providers: readonly ModelProvider[],
): Promise<Pick<Agent, "modelProviderId" | "model">> {
  const sandbox =
    providers.find(({ kind }) => kind === "sandbox") ??
    (await createModelProvider({ name: "Sandbox", kind: "sandbox" }));
  return { modelProviderId: sandbox.id, model: "sandbox" };
}
