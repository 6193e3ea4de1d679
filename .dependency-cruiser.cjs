// Who may import whom. Calls go down this table; what a lower module has to know from above arrives through extension
// points (src/base/extensions.ts). ARCHITECTURE.md says the same in words.

const foundation = ["base", "db", "engine"];
const upToConversations = [
  ...foundation,
  "workspaces",
  "usage",
  "contacts",
  "notifications",
  "channels",
  "conversations",
];
const upToAgents = [...upToConversations, "agents"];
const upToTodos = [...upToAgents, "todos"];

/** Module → what it may import, beside itself. A folder of src/ that is not here may import nothing of ours. */
const mayImport = {
  base: [],
  db: ["base"],
  engine: ["base", "db"],
  workspaces: foundation,
  usage: [...foundation, "workspaces"],
  contacts: [...foundation, "workspaces"],
  notifications: [...foundation, "workspaces"],
  channels: [...foundation, "workspaces"],
  conversations: [...foundation, "workspaces", "contacts", "channels", "usage", "notifications"],
  agents: upToConversations,
  todos: upToAgents,
  tasks: upToTodos,
  procedures: upToTodos,
  campaigns: upToTodos,
  demo: [...upToTodos, "tasks"],
  workflows: [...foundation, "contacts", "conversations"],
  api: ["base", "db", "workspaces"],
};

/** Tests beside the code, and what only they use. */
const tests = ["\\.test\\.ts$", "\\.test-support\\.ts$"];
/** Where everything is put together; the only code that may know the list of modules. */
const composition = "^src/(main\\.ts$|modules\\.ts$|program/)";
const outsideSrc = "^(test|chaos|bench|scripts)/";

const table = Object.entries(mayImport).map(([name, others]) => ({
  name: `imports-of-${name}`,
  comment: `src/${name} may import ${others.length === 0 ? "nothing of ours" : others.join(", ")}.`,
  severity: "error",
  from: { path: `^src/${name}/`, pathNot: tests },
  to: { path: "^src/", pathNot: `^src/(${[name, ...others].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...table,
    {
      name: "known-folders-only",
      comment: "A new folder of src/ gets its line in the table above first.",
      severity: "error",
      from: {
        path: "^src/[^/]+/",
        pathNot: [`^src/(program|${Object.keys(mayImport).join("|")})/`, ...tests],
      },
      to: { path: "^src/" },
    },
    {
      name: "through-the-index",
      comment: "Another module is reached through its index.ts only; base has none.",
      severity: "error",
      from: { path: "^src/([^/]+)/", pathNot: [...tests, composition] },
      to: { path: "^src/[^/]+/", pathNot: ["^src/$1/", "^src/base/", "^src/[^/]+/index\\.ts$"] },
    },
    {
      name: "composition-through-the-index",
      comment: "Also main, the command line and the list of modules reach a module through an index.ts.",
      severity: "error",
      from: { path: ["^src/[^/]+\\.ts$", "^src/program/"], pathNot: tests },
      to: {
        path: "^src/[^/]+/",
        pathNot: ["^src/(base|program)/", "^src/[^/]+/index\\.ts$", "^src/[^/]+/[^/]+/index\\.ts$"],
      },
    },
    {
      name: "folders-through-their-index",
      comment: "A folder inside a module is entered through its own index.ts where it has one.",
      severity: "error",
      from: { path: "^src/[^/]+/[^/]+\\.ts$", pathNot: tests },
      to: { path: "^src/(db/embedded|tasks/schedule|agents/models|channels/platforms)/(?!index\\.ts$)" },
    },
    {
      name: "platforms-are-pure",
      comment: "A platform translates: it knows base and the port, no database and no other platform.",
      severity: "error",
      from: { path: "^src/channels/platforms/([^/]+)/", pathNot: tests },
      to: {
        path: ["^src/", "(^|/)node_modules/(pg|kysely)/"],
        pathNot: ["^src/channels/platforms/$1/", "^src/base/", "^src/channels/port\\.ts$"],
      },
    },
    {
      name: "rules-are-pure",
      comment: "rules.ts decides from what it is given: no database, no network, no files.",
      severity: "error",
      from: { path: "(^|/)rules\\.ts$" },
      to: {
        path: [
          "store\\.ts$",
          "^(node:)?(fs|net|http|https|child_process)",
          "node_modules/(pg|kysely|undici)/",
        ],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "no-cycles",
      comment: "Types count as well: two files that need each other are one, or lack a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "only-main-knows-the-modules",
      comment: "The program is put together in one place.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/main\\.ts$", ...tests] },
      to: { path: "^src/(main|modules)\\.ts$" },
    },
    {
      name: "only-main-knows-the-settings",
      comment: "Modules get values, not settings.",
      severity: "error",
      from: { path: "^src/", pathNot: [composition, ...tests, "^src/config[a-z-]*\\.ts$"] },
      to: { path: "^src/(config[a-z-]*\\.ts$|program/)" },
    },
    {
      name: "program-without-tests",
      comment: "What runs in production imports nothing that is there for tests, scripts or measurements.",
      severity: "error",
      from: { path: "^src/", pathNot: tests },
      to: { path: [outsideSrc, ...tests] },
    },
    {
      name: "program-without-dev-dependencies",
      comment: "A package that the program needs is listed under dependencies.",
      severity: "error",
      from: { path: "^src/", pathNot: tests },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "resolvable",
      comment: "What is imported exists. Peers of the benchmark are installed by npm run bench.",
      severity: "error",
      from: { pathNot: "^bench/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^bench/node_modules/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js", ".cjs", ".mjs", ".d.ts"],
    },
    progress: { type: "none" },
  },
};
