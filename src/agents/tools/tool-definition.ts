import type { Meta } from "../../base/schemas.ts";
import type { JsonSchemaObject } from "../models/index.ts";

export const toolMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type ToolMethod = (typeof toolMethods)[number];

export const authKinds = ["none", "basic", "bearer", "header"] as const;
export type AuthKind = (typeof authKinds)[number];

/** How a tool's requests say who sends them. The secret itself is stored apart, sealed. */
export interface ToolAuth {
  readonly kind: AuthKind;
  /** Only of `basic`. */
  readonly username: string | null;
  /** Only of `header`. */
  readonly headerName: string | null;
}

/** The request that a call of a tool makes, before its templates are filled in. */
export interface ToolRequestDefinition {
  readonly method: ToolMethod;
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON whose strings are templates; null: no body. */
  readonly body: unknown;
  readonly auth: ToolAuth;
  readonly inputSchema: JsonSchemaObject;
  readonly timeoutSeconds: number;
  /** True: a call whose answer was lost may be made again. */
  readonly idempotent: boolean;
}

/** A tool as its executions see it, kept in their journals: plain JSON, and nothing secret. */
export interface ToolSnapshot extends ToolRequestDefinition {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

/** What a call may do. Others than `read` come with approvals. */
export const toolPolicies = ["read"] as const;
export type ToolPolicy = (typeof toolPolicies)[number];

/** A tool, as stored. Ids are UUIDs. */
export interface Tool extends ToolSnapshot {
  readonly kind: "http";
  readonly policy: ToolPolicy;
  readonly hasSecret: boolean;
  readonly enabled: boolean;
  readonly externalId: string | null;
  readonly meta: Meta;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
