import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { oneAtATime } from "../database.ts";

/** Set to the path of a Chromium or Chrome to use that. */
const pathVariable = "ERRAND_TEST_CHROMIUM";
const usualPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
/** Not the package's own flags: they switch web security off, and with it what is tested. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Two test files that unpack it at the same moment: the second would start half a browser. */
const unpackLock = 553_115;
const shotsDirectory = join(import.meta.dirname, "shots");

export const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;
export const colorSchemes = ["light", "dark"] as const;

interface BrowserOptions {
  /** True outside of the tests: no other process unpacks a browser at this moment, and there is no database to lock. */
  readonly isAlone?: boolean;
}

/** A real browser. Close it in `afterAll`. */
export async function openBrowser({ isAlone = false }: BrowserOptions = {}): Promise<Browser> {
  return await chromium.launch({ executablePath: await findExecutable(isAlone), args: flags });
}

async function findExecutable(isAlone: boolean): Promise<string> {
  const wanted = process.env[pathVariable];
  if (wanted !== undefined) return wanted;
  for (const path of usualPaths) {
    if (await isThere(path)) return path;
  }
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(`The tests of pages found no browser: set ${pathVariable} to a Chromium or Chrome.`);
  // Read when the package is loaded: it then unpacks the libraries that a bare machine lacks.
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  const { default: packaged } = await import("@sparticuz/chromium");
  if (isAlone) return await packaged.executablePath();
  return await oneAtATime(unpackLock, () => packaged.executablePath());
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** Photographs a page as it is into `test/e2e/shots/`, which is not committed, for people to look at. */
export async function photograph(page: Page, name: string): Promise<void> {
  await mkdir(shotsDirectory, { recursive: true });
  await page.screenshot({ path: join(shotsDirectory, `${name}.png`) });
}

/** What a page complains of: errors in its console, scripts that fail, requests that a policy blocked. */
export function watchComplaints(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  return complaints;
}
