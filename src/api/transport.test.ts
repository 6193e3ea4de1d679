import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi, type TestApi } from "../../test/api.ts";
import { type Route, route } from "../base/route.ts";

const routes: readonly Route[] = [
  route({
    tag: "Things",
    summary: "A thing",
    scope: "write",
    method: "POST",
    path: "/v1/things",
    operationId: "createThing",
    body: z.strictObject({ name: z.string() }),
    response: z.object({ name: z.string() }),
    handler: async ({ body }) => body,
  }),
];

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi(routes);
});
afterAll(async () => {
  await api.close();
});

/** What the server says to these bytes until it ends the connection. */
function exchange(sent: string): Promise<string> {
  const port = Number(new URL(api.url).port);
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(sent));
    let received = "";
    socket.on("data", (data) => {
      received += data.toString("utf8");
    });
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
  });
}

describe("the host", () => {
  test.each(["/v1/things", "/healthz", "/nowhere"])("is needed since HTTP/1.1: %s", async (path) => {
    const answer = await exchange(`GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*"detail":"[^"]*the header Host/);
  });

  test("is not needed before", async () => {
    expect(await exchange("GET /healthz HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("the charset of a body", () => {
  const post = (type: string) =>
    api.send("POST", "/v1/things", { raw: '{"name":"a"}', headers: { "content-type": type } });

  test.each(["application/json", "application/json; charset=utf-8", 'application/json;CHARSET="UTF8"'])(
    "may be UTF-8: %s",
    async (type) => {
      expect((await post(type)).status).toBe(200);
    },
  );

  test.each(["application/json; charset=utf-16", "application/json; x=1; charset=iso-8859-1"])(
    "may be no other: %s",
    async (type) => {
      expect(await post(type)).toMatchObject({
        status: 415,
        body: {
          code: "unsupported_media_type",
          detail: expect.stringMatching(/in UTF-8, not in (utf-16|iso)/),
        },
      });
    },
  );
});
