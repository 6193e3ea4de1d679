import { AppError, type ErrorCode } from "../base/errors.ts";
import type { TenantTx } from "../db/index.ts";
import { type Origin, recordChange } from "../workspaces/index.ts";
import { withdrawFromAgents } from "./agent-store.ts";
import { type GivenToAgents, selectUsingAgents } from "./using-agents-store.ts";

/** So many agents are named of those that use something. */
export const namesShown = 5;

/**
 * Before a tool or knowledge is deleted: throws `inUse` naming the agents that have it, or with `force` takes it from
 * them. Call it first to lock those agents, so that agents come before what they are given as everywhere, then again
 * with the row locked: what was given meanwhile is seen then.
 */
export async function releaseFromAgents(
  tx: TenantTx,
  given: {
    readonly what: GivenToAgents;
    readonly id: string;
    readonly called: string;
    readonly inUse: ErrorCode;
    readonly force: boolean;
  },
  origin: Origin,
): Promise<void> {
  const { what, id, called, inUse, force } = given;
  const users = await selectUsingAgents(tx, what, id, force ? "for update" : undefined);
  if (users.length === 0) return;
  if (!force) {
    const names = quoteNames(users.map(({ name }) => name));
    throw new AppError(inUse, {
      message: `Agents use this ${called}: ${names}. Take it from them first, or delete it with force=true.`,
    });
  }
  await withdrawFromAgents(tx, what, id);
  for (const agent of users) {
    const left = agent.ids.filter((one) => one !== id);
    await recordChange(tx, {
      ...origin,
      action: "agent.update",
      target: { kind: "agent", id: agent.id },
      changes: { [what]: [agent.ids, left] },
    });
  }
}

/** For instance `"Mia", "Ben" and others`. */
export function quoteNames(names: readonly string[]): string {
  const shown = names
    .slice(0, namesShown)
    .map((name) => `"${name}"`)
    .join(", ");
  return names.length > namesShown ? `${shown} and others` : shown;
}
