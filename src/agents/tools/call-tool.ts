import { getContact } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import type { Core, Reason } from "../../engine/index.ts";
import type { ToolAnswer } from "./answer.ts";
import { buildRequest, type ToolRequest } from "./request.ts";
import { createSecretScrubber, type SecretScrubber, secretMark } from "./secrets.ts";
import { sendRequest } from "./send-request.ts";
import { type TemplateContact, TemplateFault, type TemplateScope, unknownContact } from "./template.ts";
import type { ToolSnapshot } from "./tool-definition.ts";
import { findToolFetch } from "./tool-fetch.ts";
import { readToolAccess, type ToolAccess } from "./tools.ts";

export interface ToolCall {
  readonly workspaceId: string;
  readonly tool: ToolSnapshot;
  /** Fits the tool's input schema. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Whom templates mean by `contact`; null: nobody. */
  readonly contactId: string | null;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** True: the tool is tried out. */
  readonly evenDisabled?: boolean;
}

/** What became of a call. No secret is in it: also not where the server gave it back. */
export interface CalledTool {
  /** The request as it was sent, with marks where the secret stood; undefined if it could not be made. */
  readonly request: Omit<ToolRequest, "auth"> | undefined;
  readonly result: ToolAnswer | ToolFailure;
}

/** A call without an answer. `unknown`: it may have taken effect all the same, and must not simply be made again. */
export interface ToolFailure {
  readonly status: "failed" | "unknown";
  readonly reason: Reason;
}

/** True if the server answered, whatever it said. */
export function isAnswer(result: CalledTool["result"]): result is ToolAnswer {
  return typeof result.status === "number";
}

/** Makes one call of a tool. Opens a transaction of its own for what it reads. Throws only the signal's reason. */
export async function callTool(core: Core, call: ToolCall): Promise<CalledTool> {
  const { tool, input } = call;
  const { access, contact } = await core.db.tenant(call.workspaceId, (tx) => readFacts(core, tx, call));
  if ("problem" in access) return fail(undefined, problems[access.problem]);
  const { secret } = access;
  const scrubber = createSecretScrubber(secret, tool.auth.username);
  const request = tryBuild(tool, { input, contact }, secret);
  if ("fault" in request) return fail(undefined, { code: "template_fault", message: request.fault });
  const sent = await sendRequest(request, {
    fetch: findToolFetch(core),
    clock: core.clock,
    scrubber,
    timeoutSeconds: tool.timeoutSeconds,
    idempotent: tool.idempotent,
    idempotencyKey: call.idempotencyKey,
    signal: call.signal,
  });
  const shown = show(request, call.idempotencyKey, scrubber);
  if ("answer" in sent) return { request: shown, result: sent.answer };
  if ("failed" in sent) return fail(shown, sent.failed);
  return { request: shown, result: { status: "unknown", reason: sent.unknown } };
}

interface CallFacts {
  readonly access: ToolAccess;
  readonly contact: TemplateContact;
}

async function readFacts(core: Core, tx: TenantTx, call: ToolCall): Promise<CallFacts> {
  const { tool, contactId, evenDisabled = false } = call;
  const [access, contact] = await Promise.all([
    readToolAccess(core, tx, tool, { evenDisabled }),
    contactId === null ? undefined : getContact(tx, contactId),
  ]);
  return { access, contact: contact ?? unknownContact };
}

function tryBuild(
  tool: ToolSnapshot,
  scope: TemplateScope,
  secret: string | undefined,
): ToolRequest | { readonly fault: string } {
  try {
    return buildRequest(tool, scope, secret);
  } catch (error) {
    if (error instanceof TemplateFault) return { fault: error.message };
    throw error;
  }
}

function show(
  { auth, ...request }: ToolRequest,
  idempotencyKey: string,
  scrubber: SecretScrubber,
): Omit<ToolRequest, "auth"> {
  const masked = Object.fromEntries(
    Object.entries(auth).map(([name, value]) => [
      name,
      value.replace(/^(Basic |Bearer )?.*$/s, `$1${secretMark}`),
    ]),
  );
  const headers = { ...request.headers, ...masked, "idempotency-key": idempotencyKey };
  return {
    ...request,
    url: scrubber.text(request.url),
    headers,
    body: request.body === undefined ? undefined : scrubber.text(request.body),
  };
}

function fail(request: CalledTool["request"], reason: Reason): CalledTool {
  return { request, result: { status: "failed", reason } };
}

const problems: Readonly<Record<Extract<ToolAccess, { problem: string }>["problem"], Reason>> = {
  gone: { code: "tool_deleted", message: "The tool was deleted." },
  disabled: { code: "tool_disabled", message: "The tool was switched off." },
  moved: {
    code: "tool_changed",
    message: "The tool was given another server or another kind of auth while this work ran.",
  },
  secret_unreadable: {
    code: "secret_unreadable",
    message: "The tool's stored secret cannot be decrypted. Enter it again.",
  },
};
