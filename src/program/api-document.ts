import { type LiveCore, liveRoute, mcpRoute, type OpenApiOptions } from "../api/index.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { Module } from "../engine/index.ts";

/** What each group of routes in the reference is about. A group without a line here fails a test. */
const tagDescriptions: Readonly<Record<string, string>> = {
  "Sign-in":
    "Sessions of people: sign in and out, and choose a new password. Programs use an API key instead.",
  Workspace: "The tenant that everything belongs to; freezing it stops every message at once.",
  Members: "The people of the workspace with their roles, and the invitations by which they come.",
  "API keys": "Keys of programs, each with a scope: `read`, `write` or `admin`.",
  "Audit log": "Who changed what, and when. Secrets are left out.",
  Notifications: "What needs a person, for instance a task that paused by itself.",
  Contacts: "The company's customers, with what your systems and the agents know of them.",
  Channels: "Connected accounts on which contacts are reached.",
  Conversations: "Exchanges with a contact on a channel, their messages, and what the gate decided of each.",
  "Web channel":
    "The contact's side of web channels. Browsers of any origin may call it, with a visitor's token.",
  Agents: "Who carries out tasks and answers contacts: a model with instructions.",
  "Model providers":
    "Where models are called. Any server that speaks OpenAI's chat completions, or the sandbox.",
  Tools: "What agents may call at your servers: HTTP requests with templates, whose secrets stay here.",
  Knowledge: "Texts that agents look things up in.",
  Usage: "What model calls cost, by day and agent, and what is left of the budgets.",
  Tasks: "What an agent does on a schedule or on demand, with or without a contact.",
  Executions:
    "Each bounded piece of agent work, step by step. Skipped runs are among them, with their reason.",
  "Live updates": "What has changed, as it changes, for clients that show it.",
  MCP: "Tasks, executions, conversations and contacts as tools for programs that speak the Model Context Protocol.",
  Demo: "What the first start made so that there is something to look at, and its removal.",
};

/** What the API and its document are made of; the same for the server and for the generated openapi.json. */
export interface ApiDocument extends OpenApiOptions {
  /** Every module's codes. */
  readonly errors: readonly ErrorCode[];
}

/** The routes and codes of all modules, and what authentication can answer on every route of a workspace. */
export function describeApi(core: LiveCore, modules: readonly Module[], version: string): ApiDocument {
  const errors = modules.flatMap((module) => Object.values(module.errors ?? {}));
  const routes = modules.flatMap((module) => module.routes ?? []);
  return {
    version,
    routes: [...routes, liveRoute(core), mcpRoute({ routes, version })],
    errors,
    accessErrors: errors.filter(({ code }) => code === "not_a_member"),
    tags: tagDescriptions,
  };
}
