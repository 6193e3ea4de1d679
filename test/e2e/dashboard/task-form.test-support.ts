import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { ProgramClient } from "../../program-client.ts";

export interface TaskShown {
  readonly id: string;
  readonly name: string;
  readonly schedule: unknown;
  readonly state: string;
  readonly stateReason: { readonly code: string; readonly message: string } | null;
  readonly [field: string]: unknown;
}

export const nameField = (page: Page) => page.getByRole("textbox", { name: "Name", exact: true });
export const instructionField = (page: Page) => page.getByRole("textbox", { name: "Instruction" });
export const preview = (page: Page) => page.getByRole("region", { name: "Preview of the schedule" });

/** Fills in what every task needs. */
export async function fillBasics(page: Page, name: string): Promise<void> {
  await nameField(page).fill(name);
  await instructionField(page).fill("Ask how the first week went.");
}

export async function chooseKind(page: Page, kind: string): Promise<void> {
  await page.getByRole("radio", { name: kind, exact: true }).check();
}

/** The task whose page is open. */
export async function readOpenTask(page: Page, client: ProgramClient): Promise<TaskShown> {
  await page.waitForURL(/\/tasks\/task_[0-9a-z]{26}$/);
  return await client.get<TaskShown>(`/v1/tasks/${page.url().split("/").at(-1)}`);
}

/** Waits until the field is marked as wrong and says this of it, to assistive technology too. */
export async function untilFault(field: Locator, sentence: RegExp): Promise<void> {
  const message = String(sentence);
  await expect.poll(() => field.getAttribute("aria-invalid"), { message }).toBe("true");
  await expect.poll(() => descriptionOf(field), { message }).toMatch(sentence);
}

async function descriptionOf(field: Locator): Promise<string> {
  const ids = (await field.getAttribute("aria-describedby"))?.split(" ") ?? [];
  const texts = await Promise.all(ids.map((id) => field.page().locator(`[id="${id}"]`).allTextContents()));
  return texts.flat().join(" ");
}

/** Waits until the field with this path has the focus. */
export async function untilFocused(page: Page, path: string): Promise<void> {
  await page.locator(`[data-path="${path}"]:focus`).waitFor();
}

/** What a browser says of each answer that is no success; it is no fault of the page where a fault is provoked. */
export function withoutRefusals(complaints: readonly string[]): readonly string[] {
  return complaints.filter((text) => !/the server responded with a status of (409|422)/.test(text));
}
