import type { CreateToolBody, Tool } from "../../api/generated/model";
import { fromPairs, type Pair, toPairs } from "./pairs.ts";

export type AuthKind = Tool["auth"]["kind"];

/** A tool as the form has it. */
export interface ToolValues {
  readonly name: string;
  readonly description: string;
  readonly method: Tool["method"];
  readonly url: string;
  readonly query: readonly Pair[];
  readonly headers: readonly Pair[];
  /** JSON text; empty: no body. */
  readonly body: string;
  readonly auth: {
    readonly kind: AuthKind;
    readonly username: string;
    readonly headerName: string;
    /** Empty: the stored one stays. */
    readonly secret: string;
  };
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds: number | string;
  readonly idempotent: boolean;
  readonly enabled: boolean;
  readonly externalId: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** What a new tool begins with: a lookup by one id, the most frequent kind. */
const firstSchema = {
  type: "object",
  properties: { orderId: { type: "string", description: "As it stands on the invoice" } },
  required: ["orderId"],
};

export function toValues(tool: Tool | undefined): ToolValues {
  return {
    name: tool?.name ?? "",
    description: tool?.description ?? "",
    method: tool?.method ?? "GET",
    url: tool?.url ?? "",
    query: toPairs(tool?.query ?? {}),
    headers: toPairs(tool?.headers ?? {}),
    body: tool === undefined || tool.body === null ? "" : JSON.stringify(tool.body, null, 2),
    auth: {
      kind: tool?.auth.kind ?? "none",
      username: tool?.auth.username ?? "",
      headerName: tool?.auth.headerName ?? "",
      secret: "",
    },
    inputSchema: tool?.inputSchema ?? firstSchema,
    timeoutSeconds: tool?.timeoutSeconds ?? 10,
    idempotent: tool?.idempotent ?? true,
    enabled: tool?.enabled ?? true,
    externalId: tool?.externalId ?? "",
    meta: tool?.meta ?? {},
  };
}

/** Why the body's text cannot be sent, or null. */
export function faultOfBody(text: string): string | null {
  if (text.trim() === "") return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The form as the API takes it. `body` must be JSON: see `faultOfBody`. */
export function toBody(values: ToolValues): CreateToolBody {
  const { query, headers, body, auth, inputSchema, timeoutSeconds, externalId, meta, ...rest } = values;
  return {
    ...rest,
    query: fromPairs(query),
    headers: fromPairs(headers),
    body: body.trim() === "" ? null : JSON.parse(body),
    auth: toAuth(auth),
    inputSchema: inputSchema as CreateToolBody["inputSchema"],
    // Emptied it goes out as null, which the API refuses at its field.
    timeoutSeconds: (timeoutSeconds === "" ? null : Number(timeoutSeconds)) as number,
    externalId: externalId === "" ? null : externalId,
    meta: meta as CreateToolBody["meta"],
  };
}

function toAuth({ kind, username, headerName, secret }: ToolValues["auth"]): CreateToolBody["auth"] {
  const given = secret === "" ? {} : { secret };
  if (kind === "basic") return { kind, username, ...given };
  if (kind === "bearer") return { kind, ...given };
  if (kind === "header") return { kind, headerName, ...given };
  return { kind };
}
