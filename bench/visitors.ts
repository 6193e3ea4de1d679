import { createHmac } from "node:crypto";
import type { Program } from "./program.ts";

/** A web channel with an agent that answers at a model server. */
export interface Desk {
  channelId: string;
  secret: string;
}

/** Makes a provider at `baseUrl`, an agent on it, and a web channel that this agent answers by default. */
export async function createDesk(program: Program, baseUrl: string): Promise<Desk> {
  const post = (target: string, body: unknown) =>
    program.call<{ id: string }>("POST", target, program.apiKey, body);
  const provider = await post("/v1/model-providers", { name: "Bench", kind: "openai_compatible", baseUrl });
  const agent = await post("/v1/agents", {
    name: "Mia",
    instructions: "Be brief.",
    model: "bench",
    modelProviderId: provider.id,
  });
  const channel = await post("/v1/channels", {
    name: "Bench",
    platform: "web",
    kind: "api",
    defaultAgentId: agent.id,
  });
  const { secret } = await program.call<{ secret: string }>(
    "GET",
    `/v1/channels/${channel.id}/secret`,
    program.apiKey,
  );
  return { channelId: channel.id, secret };
}

/** Visitors with proved identities, one contact each; answers their tokens. */
export async function createVisitors(program: Program, desk: Desk, count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let made = 0; made < count; made++) {
    const externalId = `bench-${made}`;
    const hash = createHmac("sha256", desk.secret).update(externalId).digest("hex");
    const { token } = await program.call<{ token: string }>(
      "POST",
      `/web/v1/channels/${desk.channelId}/visitors`,
      "",
      { identity: { externalId, hash } },
    );
    tokens.push(token);
  }
  return tokens;
}

/** Writes as the contact. */
export async function writeAs(program: Program, token: string, text: string): Promise<void> {
  await program.call("POST", "/web/v1/messages", token, { clientMessageId: text, text });
}
