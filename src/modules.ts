import { agentsModule } from "./agents/index.ts";
import { channelsModule } from "./channels/index.ts";
import { contactsModule } from "./contacts/index.ts";
import { conversationsModule } from "./conversations/index.ts";
import { demoModule } from "./demo/index.ts";
import type { Core, Module } from "./engine/index.ts";
import { notificationsModule } from "./notifications/index.ts";
import type { ModuleOptions } from "./program/start.ts";
import { tasksModule } from "./tasks/index.ts";
import { usageModule } from "./usage/index.ts";
import { memberAccess, workspacesModule } from "./workspaces/index.ts";

/** Every module of the program, lower ones first. In src/ only `main` imports this. */
export function createModules(core: Core, options: ModuleOptions): readonly Module[] {
  const { auth, mailer, privateHosts } = options;
  return [
    workspacesModule(core, { auth }),
    notificationsModule(core, { mailer, members: memberAccess(core, auth) }),
    usageModule(core),
    contactsModule(core),
    channelsModule(core),
    conversationsModule(core),
    agentsModule(core, { privateHosts }),
    tasksModule(core),
    demoModule(core),
  ];
}
