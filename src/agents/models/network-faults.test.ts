import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { describeNetworkCode, findNetworkCode } from "./network-faults.ts";

/** A server that answers with what is not HTTP. */
async function startGarbage(): Promise<AddressInfo> {
  const server = createServer((socket) => socket.on("error", () => undefined).end("hello\r\n\r\n"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return server.address() as AddressInfo;
}

it.each([
  ["ECONNREFUSED", "nothing listens there (ECONNREFUSED)"],
  ["HPE_INVALID_CHUNK_SIZE", "what the server sent is not HTTP (HPE_INVALID_CHUNK_SIZE)"],
  ["Z_DATA_ERROR", "what the server sent cannot be decompressed (Z_DATA_ERROR)"],
  ["CERT_NOT_YET_VALID", "the server's certificate cannot be trusted (CERT_NOT_YET_VALID)"],
  ["CERT_HAS_EXPIRED", "the server's certificate has expired (CERT_HAS_EXPIRED)"],
  ["EOWNERDEAD", "EOWNERDEAD"],
])("says what %s means", (code, expected) => {
  expect(describeNetworkCode(code)).toBe(expected);
});

it("speaks of TLS where a plain server was asked over https", () => {
  const code = "ERR_SSL_WRONG_VERSION_NUMBER";
  expect(findNetworkCode([Object.assign(new Error("ssl"), { code })])).toBe(code);
  expect(describeNetworkCode(code)).toContain("does not speak TLS");
});

it("knows the parser's error by its name, since it may have no code", async () => {
  const { port } = await startGarbage();
  const error: unknown = await fetch(`http://127.0.0.1:${port}/`).catch((caught: unknown) => caught);
  const cause = error instanceof Error ? error.cause : undefined;
  expect(cause).toBeInstanceOf(Error);
  expect(findNetworkCode([cause as Error])).toMatch(/^HPE_/);
});

it("passes over codes of another kind", () => {
  const own = Object.assign(new Error("ours"), { code: "ERR_INVALID_ARG_TYPE" });
  const broken = Object.assign(new Error("theirs"), { code: "UND_ERR_SOCKET" });
  expect(findNetworkCode([own, broken])).toBe("UND_ERR_SOCKET");
  expect(findNetworkCode([own, new Error("no code")])).toBeUndefined();
});
