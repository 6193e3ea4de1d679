import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { sizes } from "../browser.ts";

export const rowOf = (page: Page, name: string): Locator => page.getByRole("row").filter({ hasText: name });
export const field = (page: Page, name: string): Locator => page.getByRole("textbox", { name, exact: true });
export const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });

/** Chooses from the menu of a row. */
export async function act(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

/** On the narrow screen, where the page stays, nothing is wider than it. */
export async function expectNoOverflow(page: Page): Promise<void> {
  await page.setViewportSize(sizes.narrow);
  await expect
    .poll(() => page.evaluate<number>("document.documentElement.scrollWidth"))
    .toBeLessThanOrEqual(sizes.narrow.width);
}
