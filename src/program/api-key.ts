import type { Logger } from "../base/log.ts";
import { scopes } from "../base/route.ts";
import { type Config, ConfigError } from "../config.ts";
import { createApiKey, firstWorkspaceId } from "../workspaces/index.ts";
import { migrateDatabase } from "./open.ts";
import { withCore, withDatabase } from "./session.ts";

/** `errand api-key create`: makes a key in the first workspace and answers it; it is shown this once. */
export async function createKey(
  config: Config,
  log: Logger,
  options: { readonly name: string; readonly scope: string },
): Promise<string> {
  const scope = scopes.find((known) => known === options.scope);
  if (scope === undefined) throw new ConfigError(`--scope must be one of ${scopes.join(", ")}.`);
  return await withDatabase(config, log, async (url) => {
    await migrateDatabase(url);
    return await withCore(config, log, url, async ({ core }) => {
      const workspaceId = await firstWorkspaceId(core);
      if (workspaceId === undefined)
        throw new ConfigError("There is no workspace yet: run `errand start` once first.");
      const { secret } = await core.db.tenant(workspaceId, (tx) =>
        createApiKey(core, tx, { name: options.name, scope }, { caller: null, requestId: null }),
      );
      return secret;
    });
  });
}
