import { newId } from "../src/base/ids.ts";
import type { Scope } from "../src/base/route.ts";
import type { Module } from "../src/engine/index.ts";
import { createTestApi, type TestApi } from "./api.ts";
import type { TestCore } from "./core.ts";

/** A server with the routes of real modules. Its callers have UUIDs, as the audit log wants them. */
export async function createModuleApi(core: TestCore, modules: readonly Module[]): Promise<TestApi> {
  const keyId = newId();
  const api: TestApi = await createTestApi(
    modules.flatMap((module) => module.routes ?? []),
    {
      core,
      errors: modules.flatMap((module) => Object.values(module.errors ?? {})),
      authenticate: async ({ headers }) => {
        const scope = /^Bearer scope-(read|write|admin)$/.exec(String(headers.authorization))?.[1];
        if (scope === undefined) return undefined;
        return {
          workspaceId: api.workspaceId,
          kind: "api_key",
          id: keyId,
          scope: scope as Scope,
          role: null,
        };
      },
    },
  );
  return api;
}
