import type { Core, Module } from "../engine/index.ts";
import { createDemoContact } from "./contact-service.ts";
import { demoRoutes } from "./http.ts";

export { createDemo, settleDemo } from "./demo.ts";

/** The demo of a first start, and its removal. */
export function demoModule(core: Core): Module {
  return { name: "demo", routes: demoRoutes(core), services: [createDemoContact(core)] };
}
