import type { Logger } from "../base/log.ts";
import { scopes } from "../base/route.ts";
import { type Config, ConfigError } from "../config.ts";
import type { Core } from "../engine/index.ts";
import { createApiKey, firstWorkspaceId, invitationLink, issueOwnerToken } from "../workspaces/index.ts";
import { migrateDatabase, openSecretKey } from "./open.ts";
import { acceptSecretKey } from "./secret-key.ts";
import { withServer } from "./server-store.ts";
import { withCore, withDatabase } from "./session.ts";

/** `errand api-key create`: makes a key in the first workspace and answers it; it is shown this once. */
export async function createKey(
  config: Config,
  log: Logger,
  options: { readonly name: string; readonly scope: string },
): Promise<string> {
  const scope = scopes.find((known) => known === options.scope);
  if (scope === undefined) throw new ConfigError(`--scope must be one of ${scopes.join(", ")}.`);
  return await inFirstWorkspace(config, log, async (core, workspaceId) => {
    const { secret } = await core.db.tenant(workspaceId, (tx) =>
      createApiKey(core, tx, { name: options.name, scope }, { caller: null, requestId: null }),
    );
    return secret;
  });
}

/** `errand owner-link`: a new link for the first owner, in place of an earlier one, or a sentence why there is none. */
export async function createOwnerLink(config: Config, log: Logger): Promise<string> {
  return await inFirstWorkspace(config, log, async (core) => {
    const token = await issueOwnerToken(core);
    if (token === undefined)
      throw new ConfigError("The workspace has an owner already; owners invite others by the API.");
    return invitationLink(core.publicUrl, token);
  });
}

/** `errand secret-key accept`: the present key takes the place of one that is lost for good. Answers what that means. */
export async function acceptKey(config: Config, log: Logger): Promise<string> {
  return await withDatabase(config, log, async (url) => {
    await migrateDatabase(url);
    const key = await openSecretKey(config);
    await withServer(url, (database) => acceptSecretKey(database, key));
    return "The present secret key is accepted. Give the model providers their API keys again, and rotate the channels' secrets.";
  });
}

async function inFirstWorkspace<T>(
  config: Config,
  log: Logger,
  work: (core: Core, workspaceId: string) => Promise<T>,
): Promise<T> {
  return await withDatabase(config, log, async (url) => {
    await migrateDatabase(url);
    return await withCore(config, log, url, async ({ core }) => {
      const workspaceId = await firstWorkspaceId(core);
      if (workspaceId !== undefined) return await work(core, workspaceId);
      throw new ConfigError("There is no workspace yet: run `errand start` once first.");
    });
  });
}
