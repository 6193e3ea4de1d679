import type { Page } from "playwright-core";
import { pause, systemClock } from "../src/base/clock.ts";

/**
 * Runs in each page before its own scripts. It notes, on the page's own clock, when a person last did something and
 * when the list of tasks last showed what was asked for; a driver outside would add its own way there and back.
 */
export const watchScript = `(() => {
  const watch = { actedAt: 0, shownAt: 0, frames: [] };
  window.benchWatch = watch;
  for (const kind of ["input", "click"])
    addEventListener(kind, (event) => { watch.actedAt = event.timeStamp; }, true);
  const isShown = () => {
    const list = document.querySelector('section[aria-label="Tasks"]');
    if (list === null) return [...document.querySelectorAll("h2")].some((h) => h.textContent === "No task matches");
    return list.getAttribute("aria-busy") === "false" && list.querySelector("tbody tr[aria-rowindex]") !== null;
  };
  let was = false;
  // After the frame in which it is drawn; what is drawn later, such as names, is not waited for.
  const note = () => requestAnimationFrame(() => setTimeout(() => {
    if (watch.shownAt <= watch.actedAt) watch.shownAt = performance.now();
  }));
  // An answer that is there by the time the page asks for it takes the rows' place without a wait in between.
  const bringsRows = ({ target, type }) => type === "childList" && target.nodeName === "TBODY";
  new MutationObserver((changes) => {
    const is = isShown();
    if (is && (!was || changes.some(bringsRows))) note();
    was = is;
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-busy"] });
})();`;

const lookEveryMs = 25;
const shownWithinMs = 30_000;

/** When the list had shown what was asked for after `since`, in milliseconds of the page's clock. */
export async function readShown(page: Page, since: number): Promise<number> {
  const deadline = systemClock.monotonicMs() + shownWithinMs;
  for (;;) {
    const shownAt = await page.evaluate<number>("window.benchWatch.shownAt");
    if (shownAt > since) return shownAt;
    if (systemClock.monotonicMs() > deadline) throw new Error(`the list shows nothing at ${page.url()}`);
    await pause(systemClock, lookEveryMs);
  }
}

/** Scrolls through so many rows, some of them each frame; at the end of what is loaded it waits for more. */
export async function scrollTasks(page: Page, rows: number): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const list = document.querySelector('section[aria-label="Tasks"]');
    const until = ${rows} * 36;
    let last = performance.now();
    const step = (now) => {
      window.benchWatch.frames.push(now - last);
      last = now;
      if (list.scrollTop >= until) return resolve();
      list.scrollTop += 120;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`);
}

/** How long each frame of the scrolling took, in milliseconds. */
export async function readFrames(page: Page): Promise<readonly number[]> {
  const frames = await page.evaluate<readonly number[]>("window.benchWatch.frames");
  // The first is from the call to the first frame.
  return frames.slice(1);
}
