import { hmacHex } from "../../src/base/crypto.ts";
import { requireRow } from "../../src/base/errors.ts";
import { type IdKind, newId, toId } from "../../src/base/ids.ts";
import { notify } from "../../src/notifications/index.ts";
import type { Received } from "../api.ts";
import type { TestApp, TestWorkspace } from "../app.ts";

/** `beside`: ids that stand before it in the path, by parameter. */
type Make = (
  app: TestApp,
  workspace: TestWorkspace,
  beside: Readonly<Record<string, string>>,
) => Promise<string>;

/**
 * Name of a path parameter → what makes such an object in a workspace, through the API as far as that can make it,
 * and answers its id. Each call makes another object, so that it may be changed or deleted.
 */
const factories: Readonly<Record<string, Make>> = {
  modelProviderId: (_app, { send }) =>
    created(send("POST", "/v1/model-providers", { body: { name: "Sandbox", kind: "sandbox" } })),
  agentId: async (app, workspace) => {
    const modelProviderId = await makeObject(app, workspace, "modelProviderId");
    const agent = {
      name: "Mia",
      instructions: "Be brief.",
      modelProviderId,
      model: "sandbox",
      isDefault: true,
    };
    return await created(workspace.send("POST", "/v1/agents", { body: agent }));
  },
  toolId: async (_app, { send }) => {
    const inputSchema = { type: "object", properties: { orderId: { type: "string" } } };
    // A name of its own, since there may be several; 127.0.0.1 is refused at once, so that nothing leaves the machine.
    const name = `tool_${newId().replaceAll("-", "")}`;
    const tool = { name, description: "Looks up an order.", url: "http://127.0.0.1/orders", inputSchema };
    return await created(send("POST", "/v1/tools", { body: tool }));
  },
  knowledgeId: (_app, { send }) =>
    created(send("POST", "/v1/knowledge", { body: { title: "Returns", text: "Within two days." } })),
  contactId: (_app, { send }) => created(send("POST", "/v1/contacts", { body: { name: "Anna" } })),
  memoryId: async (app, workspace, { contactId }) => {
    const owner = contactId ?? (await makeObject(app, workspace, "contactId"));
    const body = { text: "Likes tulips." };
    return await created(workspace.send("POST", `/v1/contacts/${owner}/memory`, { body }));
  },
  channelId: (_app, { send }) =>
    created(send("POST", "/v1/channels", { body: { platform: "web", kind: "widget", name: "Website" } })),
  conversationId: async (app, workspace) => {
    const { contactId } = await makeVisitor(app, workspace);
    const found = successOf(await workspace.send("GET", `/v1/conversations?contactId=${contactId}`));
    const { items } = found as { readonly items: readonly { readonly id: string }[] };
    return requireRow(items[0], "reading a visitor's conversation").id;
  },
  taskId: async (app, workspace) => {
    const agentId = await makeObject(app, workspace, "agentId");
    const task = { name: "Report", description: "Write a report.", agentId };
    return await created(workspace.send("POST", "/v1/tasks", { body: task }));
  },
  executionId: async (app, workspace) => {
    const taskId = await makeObject(app, workspace, "taskId");
    return await created(workspace.send("POST", `/v1/tasks/${taskId}/trigger`));
  },
  apiKeyId: (_app, { send }) =>
    created(send("POST", "/v1/api-keys", { body: { name: "Import", scope: "read" } })),
  invitationId: (_app, { send }) => {
    const email = `${newId()}@example.com`;
    return created(send("POST", "/v1/invitations", { body: { role: "operator", email } }));
  },
  memberId: async (app, workspace) => (await makeMember(app, workspace, "operator")).memberId,
  // Nothing that a request does makes one at once.
  notificationId: async ({ core }, { id }) => {
    const notification = {
      kind: { kind: "test", title: "Test", description: "A notice of the tests." },
      severity: "info",
      title: "Test",
      body: "A notice of the tests.",
    } as const;
    const uuid = await core.db.tenant(id, (tx) => notify(core, tx, notification));
    return toId("notification", requireRow(uuid, "making a notification"));
  },
};

/** The names of all path parameters whose objects can be made. */
export const parameterNames = Object.keys(factories);

/** Makes the object that a path parameter names, in a workspace; answers its id. */
export async function makeObject(
  app: TestApp,
  workspace: TestWorkspace,
  parameter: string,
  beside: Readonly<Record<string, string>> = {},
): Promise<string> {
  const make = factories[parameter];
  if (make === undefined)
    throw new Error(
      `The path parameter ${parameter} is new: add what makes such an object to factories in test/access/objects.ts.`,
    );
  return await make(app, workspace, beside);
}

/** Makes an object of a kind in a workspace; answers its id. */
export async function makeOfKind(app: TestApp, workspace: TestWorkspace, kind: IdKind): Promise<string> {
  return await makeObject(app, workspace, `${kind}Id`);
}

/** How a security scheme of the document is served by somebody who belongs to the workspace. */
const credentials: Readonly<Record<string, (app: TestApp, workspace: TestWorkspace) => Promise<Headers>>> = {
  apiKey: async (_app, { keys }) => ({ authorization: `Bearer ${keys.admin}` }),
  sessionCookie: async (app, workspace) => ({ cookie: (await makeMember(app, workspace, "admin")).cookie }),
  visitorToken: async (app, workspace) => ({
    authorization: `Bearer ${(await makeVisitor(app, workspace)).token}`,
  }),
};

type Headers = Readonly<Record<string, string>>;

/** Headers by which somebody of the workspace may call operations with this security scheme. */
export async function makeCredentials(
  app: TestApp,
  workspace: TestWorkspace,
  scheme: string | undefined,
): Promise<Headers> {
  const make = credentials[scheme ?? ""];
  if (make === undefined)
    throw new Error(`The security scheme ${scheme} is new: add it to credentials in test/access/objects.ts.`);
  return await make(app, workspace);
}

export interface TestMember {
  readonly memberId: string;
  /** The `Cookie` header of the member's session. */
  readonly cookie: string;
}

/** A person who has accepted an invitation and is signed in. */
export async function makeMember(app: TestApp, workspace: TestWorkspace, role: string): Promise<TestMember> {
  const invitation = await workspace.send("POST", "/v1/invitations", { body: { role } });
  const { token } = successOf(invitation) as { readonly token: string };
  const person = { name: "Ada Novak", email: `${newId()}@example.com`, password: "correct horse" };
  const accepted = await app.send("POST", "/v1/invitations/accept", { body: { token, ...person } });
  const { memberId } = successOf(accepted) as { readonly memberId: string };
  const cookies = accepted.headers.getSetCookie().map((one) => one.split(";", 1)[0]);
  return { memberId, cookie: cookies.join("; ") };
}

interface TestVisitor {
  readonly token: string;
  readonly contactId: string;
}

/** A contact who has written a message on a web channel. Proved, since only few may be anonymous in a minute. */
async function makeVisitor(app: TestApp, workspace: TestWorkspace): Promise<TestVisitor> {
  const channelId = await makeObject(app, workspace, "channelId");
  const { secret } = (await workspace.send("GET", `/v1/channels/${channelId}/secret`)).body as {
    readonly secret: string;
  };
  const externalId = newId();
  const identity = { externalId, hash: hmacHex(secret, externalId) };
  const visitors = `/web/v1/channels/${channelId}/visitors`;
  const visitor = successOf(await app.send("POST", visitors, { body: { identity } })) as TestVisitor;
  const headers = { authorization: `Bearer ${visitor.token}` };
  const message = { clientMessageId: newId(), text: "Where is my order?" };
  successOf(await app.send("POST", "/web/v1/messages", { headers, body: message }));
  return visitor;
}

async function created(answer: Promise<Received>): Promise<string> {
  return (successOf(await answer) as { readonly id: string }).id;
}

/** The body of an answer; throws for all but a success. */
function successOf({ status, body }: Received): unknown {
  if (status >= 200 && status < 300) return body;
  throw new Error(`an object of the access test was not made: ${JSON.stringify(body)}`);
}
