import type { Module } from "../src/engine/index.ts";
import { createTestApi, type TestApi } from "./api.ts";
import type { TestCore } from "./core.ts";

/** A server with the routes of real modules. */
export function createModuleApi(core: TestCore, modules: readonly Module[]): Promise<TestApi> {
  return createTestApi(
    modules.flatMap((module) => module.routes ?? []),
    { core, errors: modules.flatMap((module) => Object.values(module.errors ?? {})) },
  );
}
