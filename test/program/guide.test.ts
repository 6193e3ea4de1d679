import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPrograms, type Program, root } from "../program.ts";

const programs = createPrograms();
let program: Program;

beforeAll(async () => {
  const dataDir = await programs.newDataDir();
  program = await programs.start({
    dataDir,
    env: { ERRAND_DEMO: "0", ERRAND_PRIVATE_HOSTS: "127.0.0.1" },
  });
});
afterAll(() => programs.close());

/** The pages with shell blocks, in the order in which somebody reads them. */
const pages = [
  "first-task.md",
  "writing-instructions.md",
  "agents.md",
  "schedules.md",
  "tasks.md",
  "contacts.md",
  "what-the-agent-knows.md",
  "limits-and-budgets.md",
  "tools-and-mcp.md",
  "live-updates.md",
  "lists.md",
  "errors.md",
  "production.md",
];

/** The shell blocks of a page as they stand, after a line that names it. */
async function readShellBlocks(page: string): Promise<string> {
  const text = await readFile(join(root, "docs/guide", page), "utf8");
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "");
  expect(blocks, page).not.toEqual([]);
  return [`echo '### ${page}'`, ...blocks].join("\n");
}

/** A port on which nobody listens, for the little server that one page starts. */
async function findFreePort(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return `${port}`;
}

test("the guide's shell blocks, pasted in order into one shell, all succeed", async () => {
  const blocks = await Promise.all(pages.map(readShellBlocks));
  // What a block leaves running in the background ends with the shell.
  const script = ["trap 'kill $(jobs -p) 2> /dev/null || true' EXIT", ...blocks].join("\n");
  const { stdout, stderr } = await promisify(execFile)(
    "bash",
    ["--norc", "-eu", "-o", "pipefail", "-c", script],
    {
      env: { PATH: process.env.PATH, KEY: program.apiKey, URL: program.url, SHOP_PORT: await findFreePort() },
      timeout: 90_000,
      maxBuffer: 10_000_000,
    },
  );
  expect(stderr).toBe("");
  const output = new Map(
    stdout.split(/^### /m).map((part) => [part.slice(0, part.indexOf("\n")), part] as const),
  );
  expect(output.get("first-task.md")).toContain('"outcome":"message_sent"');
  expect(output.get("schedules.md")).toContain('"2027-11-04T09:00:00.000Z"');
  expect(output.get("what-the-agent-knows.md")).toContain("Flowers that arrive damaged");
  expect(output.get("tools-and-mcp.md")).toContain('"status":"shipped"');
  expect(output.get("tools-and-mcp.md")).toContain('"list_tasks"');
  expect(output.get("agents.md")).toContain('"isDefault":true');
  expect(output.get("lists.md")).toContain('"nextCursor":null');
  expect(output.get("live-updates.md")).toContain("event: ready");
  expect(output.get("errors.md")).toContain('"path":"colour"');
}, 120_000);

test("the page on MCP names every tool that the server has, and no other", async () => {
  const page = await readFile(join(root, "docs/guide/tools-and-mcp.md"), "utf8");
  const table = page.slice(page.indexOf("| about |"), page.indexOf("Each tool is one route"));
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const response = await fetch(`${program.url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${program.apiKey}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  });
  const { result } = (await response.json()) as { result: { tools: { name: string }[] } };
  expect(named.toSorted()).toEqual(result.tools.map(({ name }) => name).toSorted());
});
