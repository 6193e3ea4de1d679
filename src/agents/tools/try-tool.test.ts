import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId, toId } from "../../base/ids.ts";
import { createContact } from "../../contacts/index.ts";
import {
  answerJson,
  createToolsFixture,
  startToolServer,
  type ToolServer,
  type ToolsFixture,
} from "./tools.test-support.ts";

let fixture: ToolsFixture;
let server: ToolServer;
beforeAll(async () => {
  fixture = await createToolsFixture();
  server = await startToolServer();
});
afterAll(async () => {
  await server.close();
  await fixture.close();
});

const secret = "very-secret-token";
const nobody = { caller: null, requestId: null };

describe("POST /v1/tools/{id}/test", () => {
  it("shows the request without the secret, and the answer", async () => {
    server.answerWith(answerJson({ state: "shipped" }, 418));
    const tool = await fixture.newTool({
      name: "order_status",
      url: `${server.url}/orders/{{input.orderId}}`,
      auth: { kind: "basic", username: "mia", secret },
      inputSchema: { type: "object", properties: { orderId: { type: "string" } }, required: ["orderId"] },
    });
    await fixture.request("PATCH", `/tools/${tool.id}`, { enabled: false });
    const path = `/tools/${tool.id}/test`;
    const { status, body } = await fixture.request("POST", path, { input: { orderId: "A 1" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      request: {
        method: "GET",
        url: `${server.url}/orders/A%201`,
        headers: { authorization: "Basic [secret]", "idempotency-key": expect.stringMatching(/^test:/) },
        body: null,
      },
      answer: { status: 418, body: { state: "shipped" } },
      error: null,
      durationMs: expect.any(Number),
    });
    const refused = await fixture.request("POST", path, { input: {} });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ path: "input", code: "input_invalid" }] },
    });
    const stranger = await fixture.request("POST", path, { contactId: toId("contact", newId()) });
    expect(stranger).toMatchObject({ status: 422, body: { errors: [{ path: "contactId" }] } });
    expect((await fixture.request("POST", path, { input: {} }, "write")).status).toBe(403);
  });

  it("shows why there was no answer", async () => {
    const tool = await fixture.newTool({ name: "greeting", url: "http://10.0.0.1/{{contact.name}}" });
    const path = `/tools/${tool.id}/test`;
    const { body } = await fixture.request("POST", path, {});
    expect(body).toMatchObject({ request: null, answer: null, error: { code: "template_fault" } });
    const contact = await fixture.core.db.tenant(fixture.api.workspaceId, (tx) =>
      createContact(fixture.core, tx, { name: "Ann" }, nobody),
    );
    const tried = await fixture.request("POST", path, { contactId: toId("contact", contact.id) });
    expect(tried.body).toMatchObject({
      request: { url: "http://10.0.0.1/Ann" },
      answer: null,
      error: { code: "address_not_allowed" },
    });
  });
});
