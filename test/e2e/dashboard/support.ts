import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { createTestDatabase } from "../../database.ts";
import { createPrograms, type Program } from "../../program.ts";
import type { ProgramClient } from "../../program-client.ts";
import { colorSchemes, openBrowser, photograph, sizes, watchComplaints } from "../browser.ts";
import { takeOwnership } from "../owner.ts";

export { owner } from "../owner.ts";

export interface Look {
  readonly size?: keyof typeof sizes;
  readonly colorScheme?: (typeof colorSchemes)[number];
}

export interface Opened {
  readonly page: Page;
  /** Errors and warnings in its console so far. */
  readonly complaints: readonly string[];
}

/** The whole program with a browser; the owner is signed in. Close it in `afterAll`. */
export interface Dashboard {
  readonly program: Program;
  /** With an owner's key. */
  readonly client: ProgramClient;
  readonly browser: Browser;
  /** Of a superuser, for what cannot be made by API: a past. */
  readonly databaseUrl: string;
  /** The owner's cookies. */
  readonly context: BrowserContext;
  /** A page of the owner's at a path of the dashboard. Close it at the end of the test. */
  open(path: string, look?: Look): Promise<Opened>;
  close(): Promise<void>;
}

interface DashboardOptions {
  /** True: with what the demo makes. */
  readonly demo?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** False: nobody has taken the owner's link yet. */
  readonly owned?: boolean;
}

export async function startDashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  const { demo = false, env = {}, owned = true } = options;
  const programs = createPrograms();
  const database = await createTestDatabase();
  const apiKey = randomBytes(24).toString("hex");
  const [browser, program] = await Promise.all([
    openBrowser(),
    programs.start({
      dataDir: await programs.newDataDir(),
      env: {
        ERRAND_DATABASE_URL: database.url,
        ERRAND_SECRET_KEY: randomBytes(32).toString("base64"),
        ERRAND_BOOTSTRAP_API_KEY: apiKey,
        ERRAND_DEMO: demo ? "1" : "0",
        ...env,
      },
    }),
  ]);
  const context = await browser.newContext({ baseURL: program.url });
  if (owned) await takeOwnership(context, program.ownerLink);
  return {
    program,
    databaseUrl: database.url,
    client: program.client(apiKey),
    browser,
    context,
    async open(path, { size = "wide", colorScheme = "light" } = {}) {
      const page = await context.newPage();
      // Less than a test has: what it waited for in vain is then said.
      page.setDefaultTimeout(15_000);
      await page.setViewportSize(sizes[size]);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const complaints = watchComplaints(page);
      await page.goto(path);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      await programs.close();
      await database.drop();
    },
  };
}

const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Fails with what the accessibility check finds on the page as it is, if any of it is serious or critical. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(await axeSource);
  const violations = await page.evaluate<readonly AxeViolation[]>(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }).then((result) => result.violations)`,
  );
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html }) => html.slice(0, 200)) }));
  expect(serious, page.url()).toEqual([]);
}

/**
 * Photographs the page in its four forms: wide and narrow, light and dark. Nobody looks at those of `npm run ci`, which
 * leaves them out by ERRAND_TEST_SHOTS=0.
 */
export async function photographAll(page: Page, name: string): Promise<void> {
  // What was just opened has its place and the focus after two frames, with photographs or without.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  if (process.env.ERRAND_TEST_SHOTS === "0") return;
  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of colorSchemes) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await photograph(page, `${name}-${size}-${colorScheme}`);
    }
  await page.setViewportSize(sizes.wide);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}
