import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type IConfiguration, type ICruiseResult } from "dependency-cruiser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const require = createRequire(import.meta.url);
const configuration: IConfiguration = require("../../.dependency-cruiser.cjs");

/** A small program: each file imports the others that are named. The comments say what must come of it. */
const program: Readonly<Record<string, readonly string[]>> = {
  "src/base/errors.ts": [],
  "src/base/ids.ts": ["src/db/index.ts"], // upwards
  "src/db/index.ts": ["src/base/errors.ts"],
  "src/engine/index.ts": ["src/db/index.ts"],
  "src/engine/rules.ts": ["src/engine/job-store.ts"], // a decision that reads
  "src/engine/job-store.ts": [],
  "src/workspaces/index.ts": ["src/engine/index.ts"],
  "src/contacts/index.ts": ["src/workspaces/index.ts", "src/contacts/store.ts"],
  "src/contacts/store.ts": [],
  "src/channels/index.ts": ["src/contacts/index.ts", "src/channels/platforms/index.ts"], // beside itself
  "src/channels/port.ts": [],
  "src/channels/platforms/index.ts": ["src/channels/platforms/web/web.ts"],
  "src/channels/platforms/web/web.ts": ["src/channels/port.ts", "src/channels/platforms/vk/vk.ts"], // its neighbour
  "src/channels/platforms/vk/vk.ts": ["src/db/index.ts"], // a database
  "src/agents/index.ts": ["src/contacts/store.ts"], // past the index
  "src/agents/models/index.ts": [],
  "src/agents/models/prices.ts": [],
  "src/agents/agents.ts": ["src/agents/models/prices.ts", "src/agents/models/index.ts"], // past the folder's index
  "src/tasks/index.ts": ["src/agents/index.ts", "src/tasks/a.ts"],
  "src/tasks/a.ts": ["src/tasks/b.ts"], // a cycle
  "src/tasks/b.ts": ["src/tasks/a.ts", "test/core.ts"], // what is for tests
  "src/tasks/a.test.ts": ["test/core.ts", "src/contacts/store.ts"],
  "src/campaigns/index.ts": ["src/tasks/index.ts"], // the neighbour
  "src/workflows/index.ts": ["src/agents/index.ts"], // what should be contributed
  "src/api/index.ts": ["src/modules.ts", "src/config.ts", "src/missing.ts"], // all of it
  "src/config.ts": ["src/base/errors.ts"],
  "src/modules.ts": ["src/tasks/index.ts", "src/contacts/store.ts"], // past the index
  "src/main.ts": ["src/modules.ts", "src/config.ts"],
  "src/novelty/index.ts": ["src/base/errors.ts"], // a folder that is not in the table
  "test/core.ts": ["src/tasks/b.ts"],
};

describe("import rules", () => {
  let folder: string;
  let found: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "errand-imports-"));
    for (const [path, imports] of Object.entries(program)) {
      const up = "../".repeat(path.split("/").length - 1);
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), imports.map((file) => `import "${up}${file}";\n`).join(""));
    }
    const { forbidden = [], options = {} } = configuration;
    const { tsConfig: _, ...rest } = options;
    const { output } = await cruise(["src", "test"], {
      ...rest,
      baseDir: folder,
      validate: true,
      ruleSet: { forbidden },
    });
    const { violations } = (output as ICruiseResult).summary;
    found = violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    "imports-of-base: src/base/ids.ts → src/db/index.ts",
    "rules-are-pure: src/engine/rules.ts → src/engine/job-store.ts",
    "imports-of-channels: src/channels/index.ts → src/contacts/index.ts",
    "platforms-are-pure: src/channels/platforms/web/web.ts → src/channels/platforms/vk/vk.ts",
    "platforms-are-pure: src/channels/platforms/vk/vk.ts → src/db/index.ts",
    "through-the-index: src/agents/index.ts → src/contacts/store.ts",
    "folders-through-their-index: src/agents/agents.ts → src/agents/models/prices.ts",
    "no-cycles: src/tasks/a.ts → src/tasks/b.ts",
    "program-without-tests: src/tasks/b.ts → test/core.ts",
    "imports-of-campaigns: src/campaigns/index.ts → src/tasks/index.ts",
    "imports-of-workflows: src/workflows/index.ts → src/agents/index.ts",
    "only-main-knows-the-modules: src/api/index.ts → src/modules.ts",
    "only-main-knows-the-settings: src/api/index.ts → src/config.ts",
    "resolvable: src/api/index.ts → ../../src/missing.ts",
    "composition-through-the-index: src/modules.ts → src/contacts/store.ts",
    "known-folders-only: src/novelty/index.ts → src/base/errors.ts",
  ])("refuse %s", (violation) => {
    expect(found).toContain(violation);
  });

  it("accept what goes down, and what tests do", () => {
    const from = [
      "src/main.ts",
      "src/db/",
      "src/contacts/",
      "src/tasks/index.ts",
      "src/tasks/a.test.ts",
      "src/config.ts",
    ];
    expect(found.filter((line) => from.some((path) => line.includes(`: ${path}`)))).toEqual([]);
  });
});
