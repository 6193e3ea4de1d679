import type { Reporter, TestModule } from "vitest/node";

/** Ends the output with one plain line of counts, for people and programs alike. */
export default class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      // A file that fails before its tests are known, for instance at an import, has no test to count.
      const tests = [...module.children.allTests()];
      if (module.state() === "failed" && tests.every((test) => test.result().state !== "failed"))
        counts.failed += 1;
      for (const test of tests) {
        const { state } = test.result();
        if (state === "passed" || state === "failed") counts[state] += 1;
        else counts.skipped += 1;
      }
    }
    const { passed, failed, skipped } = counts;
    // After what the other reporters still have to say in this turn.
    process.once("exit", () =>
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`),
    );
  }
}
