import { extensionPoint } from "../../base/extensions.ts";
import { createGuardedFetch, type GuardedInit } from "../../base/guarded-fetch.ts";
import type { Core } from "../../engine/index.ts";

/** Sends one request of a tool and hands redirects back. */
export type ToolFetch = (url: string, init: GuardedInit) => Promise<Response>;

/** How tools reach other servers. The agents module contributes it; there is exactly one. */
export const toolFetch = extensionPoint<ToolFetch>("agents.toolFetch");

/**
 * Requests to public addresses, and to the private hosts that the installation allows: tools' addresses are set by
 * people of a workspace, who need not have a say over the network that Errand runs in.
 */
export function createToolFetch(core: Pick<Core, "db">, privateHosts: readonly string[]): ToolFetch {
  const guarded = createGuardedFetch({ allowPrivate: false, privateHosts });
  return async (url, init) => {
    // A slow server would hold the transaction's locks for as long as it takes.
    if (core.db.inTransaction()) throw new Error("a tool was called inside a transaction");
    return await guarded(url, init);
  };
}

/** What was contributed. */
export function findToolFetch(core: Pick<Core, "extensions">): ToolFetch {
  const [found] = core.extensions.of(toolFetch);
  if (found === undefined) throw new Error("no module contributes toolFetch");
  return found;
}
