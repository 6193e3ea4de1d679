import { defineConfig } from "vitest/config";

const decisions = { statements: 100, branches: 100, functions: 100, lines: 100 };

export default defineConfig({
  test: {
    include: ["{src,test,chaos,scripts,bench,web}/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    globalSetup: ["test/global-setup.ts"],
    reporters: ["default", "./test/reporter.ts"],
    testTimeout: 45_000,
    hookTimeout: 60_000,
    // On a busy machine a page takes its time; whoever polls has a limit of its own all the same.
    expect: { poll: { timeout: 10_000 } },
    pool: "forks",
    // One per processor. The default leaves one out, and on two most tests wait for a program, a browser or PostgreSQL.
    maxWorkers: "100%",
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-support.ts", "src/db/types.generated.ts"],
      reporter: ["text-summary", "json-summary"],
      // Pure decisions are tested whole; the rest meets a real PostgreSQL.
      thresholds: { lines: 85, "src/**/rules.ts": decisions, "src/tasks/schedule/**": decisions },
    },
  },
});
