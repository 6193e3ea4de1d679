import { until } from "./until.ts";

/** A caller of a program's API. Each call answers the body and fails with it on any other status than a success. */
export interface ProgramClient {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** The status of a GET. */
  status(path: string): Promise<number>;
}

export interface Identified {
  readonly id: string;
}

export interface Listed<T> {
  readonly items: readonly T[];
}

export interface ExecutionShown extends Identified {
  readonly kind: string;
  readonly status: string;
  readonly outcome: string | null;
  readonly reason: { readonly code: string; readonly message: string } | null;
  readonly attempt: number;
  readonly trigger: string;
  readonly scheduledFor: string | null;
  readonly conversationIds: readonly string[];
}

export interface MessageShown extends Identified {
  readonly direction: string;
  readonly text: string;
  readonly status: string;
  readonly executionId: string | null;
  readonly reason: { readonly code: string; readonly message: string } | null;
}

export function createClient(url: string, apiKey: string | undefined): ProgramClient {
  const headers = { authorization: `Bearer ${apiKey}` };
  async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
  return {
    url,
    headers,
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, body),
    patch: (path, body) => send("PATCH", path, body),
    delete: (path) => send("DELETE", path),
    async status(path) {
      const response = await fetch(url + path, { headers });
      await response.body?.cancel();
      return response.status;
    },
  };
}

/** Like `until`, at most ten times a second: a key may send 600 requests a minute. */
export async function untilShown<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  return await until(
    what,
    async () => {
      const found = await look();
      if (found === undefined || found === false) await new Promise((resolve) => setTimeout(resolve, 100));
      return found;
    },
    timeoutMs,
  );
}

export interface Cast {
  readonly agentId: string;
  readonly channelId: string;
}

/** An agent on the sandbox, or on the server at `baseUrl`, and a web channel that it answers on. */
export async function createCast(client: ProgramClient, baseUrl?: string): Promise<Cast> {
  const provider = await client.post<Identified>(
    "/v1/model-providers",
    baseUrl === undefined
      ? { name: "Sandbox", kind: "sandbox" }
      : { name: "Local", kind: "openai_compatible", baseUrl, apiKey: "sk-local-0123456789" },
  );
  const agent = await client.post<Identified>("/v1/agents", {
    name: "Mia",
    instructions: "Be brief.",
    modelProviderId: provider.id,
    model: "test-model",
  });
  const channel = await client.post<Identified>("/v1/channels", {
    platform: "web",
    kind: "page",
    name: "Website",
    defaultAgentId: agent.id,
  });
  return { agentId: agent.id, channelId: channel.id };
}

/** A task that writes to a contact of its own. */
export async function createContactTask(
  client: ProgramClient,
  cast: Cast,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly taskId: string; readonly contactId: string }> {
  const contact = await client.post<Identified>("/v1/contacts", { name: "Anna" });
  const task = await client.post<Identified>("/v1/tasks", {
    name: "Check-in",
    description: "Say hello.",
    ...cast,
    contactId: contact.id,
    ...fields,
  });
  return { taskId: task.id, contactId: contact.id };
}

export async function trigger(client: ProgramClient, taskId: string): Promise<string> {
  return (await client.post<Identified>(`/v1/tasks/${taskId}/trigger`)).id;
}

const endings = new Set(["completed", "failed", "canceled", "skipped"]);

/** The execution once it has ended. */
export async function untilEnded(
  client: ProgramClient,
  executionId: string,
  timeoutMs?: number,
): Promise<ExecutionShown> {
  return await untilShown(
    `the end of ${executionId}`,
    async () => {
      const execution = await client.get<ExecutionShown>(`/v1/executions/${executionId}`);
      return endings.has(execution.status) && execution;
    },
    timeoutMs,
  );
}

/** What was written to a contact, in all conversations, oldest first. */
export async function listOutbound(
  client: ProgramClient,
  contactId: string,
): Promise<readonly MessageShown[]> {
  const { items } = await client.get<Listed<Identified>>(`/v1/conversations?contactId=${contactId}`);
  const lists = await Promise.all(
    items.map(({ id }) => client.get<Listed<MessageShown>>(`/v1/conversations/${id}/messages?after=0`)),
  );
  return lists.flatMap(({ items: messages }) => messages).filter(({ direction }) => direction === "out");
}
