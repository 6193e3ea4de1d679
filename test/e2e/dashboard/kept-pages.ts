import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect } from "vitest";
import type { Dashboard, Opened } from "./support.ts";

interface KeptPages {
  /** A page of the owner's. It is closed after the test, which fails if its console complained. */
  open(path: string): Promise<Page>;
  /** What this test makes the server refuse; the browser notes each such answer in its console. */
  expectRefusals(...statuses: readonly number[]): void;
}

/** How the tests of a file open pages. Called once, outside of them. */
export function keepPages(dashboard: () => Dashboard): KeptPages {
  let opened: Opened[] = [];
  let refusals: readonly number[] = [];
  beforeEach(() => {
    opened = [];
    refusals = [];
  });
  afterEach(async () => {
    for (const { page, complaints } of opened) {
      await page.close();
      const unexpected = complaints.filter(
        (text) => !refusals.some((status) => text.includes(`status of ${status}`)),
      );
      expect(unexpected).toEqual([]);
    }
  });
  return {
    async open(path) {
      const one = await dashboard().open(path);
      one.page.setDefaultTimeout(8_000);
      opened.push(one);
      return one.page;
    },
    expectRefusals(...statuses) {
      refusals = statuses;
    },
  };
}
