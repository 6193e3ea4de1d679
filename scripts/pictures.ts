import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { systemClock } from "../src/base/clock.ts";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { buildDashboard, root } from "../src/program/dashboard/index.ts";
import { openBrowser, sizes } from "../test/e2e/browser.ts";
import { fillExampleCompany } from "../test/e2e/dashboard/example-company.ts";
import { takeOwnership } from "../test/e2e/owner.ts";
import { createPrograms, type Program } from "../test/program.ts";
import {
  type ExecutionShown,
  type Identified,
  type ProgramClient,
  untilShown,
} from "../test/program-client.ts";

/** Makes the README's pictures: the dashboard of a made-up company, on a database that is thrown away. */

const pictures = join(root, "docs", "pictures");
const mostBytes = 300 * 1024;

/** A run with several steps, which the sandbox model does in this order. */
const shownRun =
  "Remember that Anna prefers to be written to in the morning. Wait 2 seconds, then ask how the first week went.";

async function main(): Promise<void> {
  // A start waits for it too, but not for ever.
  await buildDashboard({ root, signal: new AbortController().signal });
  const dataDir = await mkdtemp(join(tmpdir(), "errand-pictures-"));
  // As root PostgreSQL runs under another account, which must be able to enter.
  await chmod(dataDir, 0o755);
  const settings = { fsync: "off" };
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log: () => undefined,
    clock: systemClock,
    settings,
  });
  const programs = createPrograms();
  try {
    const program = await programs.start({
      dataDir: await programs.newDataDir(),
      env: {
        ERRAND_DATABASE_URL: postgres.url,
        ERRAND_SECRET_KEY: randomBytes(32).toString("base64"),
        ERRAND_DEMO: "0",
        ERRAND_LOG_LEVEL: "warn",
      },
    });
    await takePictures(program, postgres.url);
  } finally {
    await programs.close();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function takePictures(program: Program, databaseUrl: string): Promise<void> {
  const browser = await openBrowser({ isAlone: true });
  try {
    const context = await browser.newContext({ baseURL: program.url, viewport: sizes.wide });
    await takeOwnership(context, program.ownerLink);
    await context.request.patch("/v1/workspace", { data: { name: "Lakeside Software" } });
    await context.request.patch("/v1/auth/profile", { data: { timezone: "Europe/Berlin" } });
    const client = program.client();
    const company = await fillExampleCompany(client, databaseUrl);
    const executionId = await runOnce(client, company.agentIds[0], company.contactIds[0]);
    const page = await context.newPage();
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto("/tasks");
    await page.getByRole("img", { name: "9 of 10 succeeded, last: Goal met" }).waitFor();
    await page.getByText("Anna Keller").first().waitFor();
    await takePicture(page, "task-list");
    await page.goto(`/executions/${executionId}`);
    await page.getByRole("listbox", { name: "Steps" }).getByRole("option").last().waitFor();
    await takePicture(page, "execution");
  } finally {
    await browser.close();
  }
}

/** Makes a task, runs it to its end and deletes nothing: its execution is the one that is shown. */
async function runOnce(client: ProgramClient, agentId = "", contactId = ""): Promise<string> {
  const task = await client.post<Identified>("/v1/tasks", {
    name: "First week",
    description: shownRun,
    agentId,
    contactId,
  });
  const { id } = await client.post<Identified>(`/v1/tasks/${task.id}/trigger`, {});
  await untilShown("the run to end", async () => {
    const { status } = await client.get<ExecutionShown>(`/v1/executions/${id}`);
    return status === "completed";
  });
  return id;
}

async function takePicture(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true });
  const path = join(pictures, `${name}.png`);
  await page.screenshot({ path });
  const { size } = await stat(path);
  if (size > mostBytes) throw new Error(`${path} has ${size} bytes, more than ${mostBytes}`);
  console.info(`${path}: ${Math.round(size / 1024)} kB`);
}

await main();
