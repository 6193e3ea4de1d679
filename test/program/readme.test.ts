import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPrograms, type Program, root } from "../program.ts";
import type { Identified, Listed } from "../program-client.ts";
import { until } from "../until.ts";

const programs = createPrograms();
let program: Program;

beforeAll(async () => {
  const dataDir = await programs.newDataDir();
  program = await programs.start({ dataDir, env: { ERRAND_DEMO: "0" } });
});
afterAll(() => programs.close());

/** The README's only block of shell commands, as it stands. */
async function readShellBlock(): Promise<string> {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "");
  expect(blocks).toHaveLength(1);
  return blocks[0] ?? "";
}

interface Authored {
  readonly author: { readonly kind: string };
}

function authorsOf(messages: readonly Authored[]): string[] {
  return messages.map(({ author }) => author.kind);
}

test("the README's first task, pasted into a shell, is carried out and its reply answered", async () => {
  const { stdout, stderr } = await promisify(execFile)(
    "bash",
    ["--norc", "-eu", "-c", await readShellBlock()],
    {
      env: { PATH: process.env.PATH, KEY: program.apiKey, URL: program.url },
      timeout: 60_000,
    },
  );
  expect(stderr).toBe("");
  expect(stdout).toContain("event: step");
  expect(stdout).toContain('"outcome":"message_sent"');
  // The last command shows what there is by then; on a busy machine the reply may come a moment later.
  const scroll: { items: Authored[] } = JSON.parse(stdout.slice(stdout.lastIndexOf('{"items"')));
  expect(authorsOf(scroll.items).slice(0, 2)).toEqual(["agent", "contact"]);
  const client = program.client();
  const { items: conversations } = await client.get<Listed<Identified>>("/v1/conversations");
  expect(conversations).toHaveLength(1);
  const path = `/v1/conversations/${conversations[0]?.id}/messages`;
  await until("the reply", async () => {
    const { items } = await client.get<Listed<Authored>>(path);
    return authorsOf(items).join() === "agent,contact,agent";
  });
}, 90_000);
