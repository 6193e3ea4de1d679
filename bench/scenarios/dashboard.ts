import type { Browser, BrowserContext, Page } from "playwright-core";
import { pause, systemClock } from "../../src/base/clock.ts";
import { buildDashboard, root } from "../../src/program/dashboard/index.ts";
import { openBrowser } from "../../test/e2e/browser.ts";
import { takeOwnership } from "../../test/e2e/owner.ts";
import type { BenchContext } from "../context.ts";
import { quantile } from "../figures.ts";
import { seededWords, seedLists } from "../list-seed.ts";
import { readFrames, readShown, scrollTasks, watchScript } from "../page-watch.ts";
import { type Program, startProgram } from "../program.ts";
import type { DashboardRow } from "../row.ts";
import { withSuperuser } from "../seed.ts";

interface Effort {
  /** Of the workspace, which has four fifths of the seed. */
  tasks: number;
  executions: number;
  contacts: number;
  samples: number;
  scrolledRows: number;
}

const FULL: Effort = {
  tasks: 100_000,
  executions: 500_000,
  contacts: 20_000,
  samples: 10,
  scrolledRows: 1_000,
};
const QUICK: Effort = { tasks: 8_000, executions: 40_000, contacts: 2_000, samples: 2, scrolledRows: 200 };

/** Part of the seed that lies in the workspace. */
const SHARE = 0.8;
const OPEN_GOAL_MS = 1_000;
const FILTER_GOAL_MS = 300;
/** Three frames at 60 a second: more is seen as a jerk. */
const FRAME_GOAL_MS = 50;
/** Between two tabs: some fifteen requests each, of which the API allows a member 600 a minute. */
const REST_MS = 1_500;
const SIZE = { width: 1440, height: 900 };

/** A change of the filters by hand. */
interface Filter {
  name: string;
  /** Up to the last key or click, from which the time counts. */
  change(page: Page): Promise<void>;
}

/** Scenario (g): the dashboard's list of tasks, opened, filtered and scrolled in a real browser. */
export async function run(context: BenchContext): Promise<DashboardRow[]> {
  const effort = context.quick ? QUICK : FULL;
  // So that the program does not begin with it.
  await buildDashboard({ root, signal: context.signal });
  // Nothing is written, so that the profile with slow flushes would show the same.
  const [profile] = context.profiles;
  if (profile === undefined) throw new Error("there is no profile");
  await using postgres = await context.startPostgres(profile.settings);
  const databaseUrl = await postgres.createDatabase();
  // No worker and no scheduler: what is seeded as queued must stay so.
  await using program = await startProgram(databaseUrl, context.signal, { env: { ERRAND_ROLES: "api" } });
  await seed(databaseUrl, effort);
  context.log(`dashboard: ${effort.tasks} tasks are there`);
  const browser = await openBrowser({ isAlone: true });
  try {
    const signedIn = await signIn(browser, program);
    const shared = { scenario: "dashboard", profile: profile.name, tasks: effort.tasks } as const;
    const rows: DashboardRow[] = [];
    const add = (measure: string, goalMs: number, times: readonly number[]) => {
      const row = { ...shared, measure, goalMs, ...summarize(times) };
      context.log(
        `dashboard: ${measure}: p50 ${row.p50Ms.toFixed(0)} ms, longest ${row.maxMs.toFixed(0)} ms`,
      );
      rows.push(row);
    };
    add("open", OPEN_GOAL_MS, await repeat(effort.samples, () => measureOpening(signedIn)));
    for (const filter of filters)
      add(filter.name, FILTER_GOAL_MS, await repeat(effort.samples, () => measureFilter(signedIn, filter)));
    const { scrolledRows } = effort;
    add(`frame, ${scrolledRows} rows scrolled`, FRAME_GOAL_MS, await measureFrames(signedIn, scrolledRows));
    return rows;
  } finally {
    await browser.close();
  }
}

async function seed(databaseUrl: string, { tasks, executions, contacts }: Effort): Promise<void> {
  await withSuperuser(databaseUrl, async (superuser) => {
    const { rows } = await superuser.query<{ id: string }>("select id from workspaces");
    await seedLists(superuser, {
      tasks: tasks / SHARE,
      executions,
      contacts,
      workspaceId: rows[0]?.id ?? "",
    });
  });
}

/** A context with the owner's cookies. */
async function signIn(browser: Browser, program: Program): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: `http://127.0.0.1:${program.port}`,
    viewport: SIZE,
  });
  await takeOwnership(context, program.ownerLink);
  await context.addInitScript(watchScript);
  return context;
}

async function repeat(samples: number, measure: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let made = 0; made <= samples; made++) {
    await pause(systemClock, REST_MS);
    times.push(await measure());
  }
  // The first fills the caches of the browser and the server and does not count.
  return times.slice(1);
}

function summarize(times: readonly number[]) {
  return {
    samples: times.length,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    maxMs: Math.max(...times),
  };
}

/** A new page of the list, its first rows shown. */
async function openList(context: BrowserContext): Promise<{ page: Page; shownAt: number }> {
  const page = await context.newPage();
  await page.goto("/tasks");
  // The page's clock begins with the navigation.
  return { page, shownAt: await readShown(page, 0) };
}

async function measureOpening(context: BrowserContext): Promise<number> {
  const { page, shownAt } = await openList(context);
  await page.close();
  return shownAt;
}

async function measureFilter(context: BrowserContext, { change }: Filter): Promise<number> {
  const { page } = await openList(context);
  await change(page);
  const changedAt = await page.evaluate<number>("window.benchWatch.actedAt");
  const shownAt = await readShown(page, changedAt);
  await page.close();
  return shownAt - changedAt;
}

async function measureFrames(context: BrowserContext, rows: number): Promise<readonly number[]> {
  const { page } = await openList(context);
  await scrollTasks(page, rows);
  const frames = await readFrames(page);
  await page.close();
  return frames;
}

const choose = (filter: string, option: string) => async (page: Page) => {
  await page.getByRole("combobox", { name: filter, exact: true }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
};

const type = (text: string) => async (page: Page) => {
  await page.getByRole("searchbox", { name: "Search tasks" }).fill(text);
};

/** Each from the list without filters. */
const filters: readonly Filter[] = [
  ...["Active", "Paused", "Auto-paused", "Ended"].map((state) => ({
    name: `state: ${state}`,
    change: choose("State", state),
  })),
  { name: "schedule: with one", change: choose("Schedule", "With a schedule") },
  { name: "schedule: on demand", change: choose("Schedule", "Only on demand") },
  {
    name: "failed lately",
    change: (page) => page.getByRole("button", { name: "Failed lately" }).click(),
  },
  ...Object.values(seededWords).map((word) => ({ name: `text: ${word}`, change: type(word) })),
];
