// Who may import whom in the dashboard: routes → features → shell and components → session → api.

const layers = [
  ["api", []],
  ["session", ["api"]],
  ["components", ["api", "session"]],
  ["shell", ["api", "session", "components"]],
  ["features", ["api", "session", "components", "shell", "routes"]],
];

module.exports = {
  forbidden: [
    ...layers.map(([name, others]) => ({
      name: `imports-of-${name}`,
      comment: `${name} may import ${others.length === 0 ? "nothing else of ours" : others.join(", ")}.`,
      severity: "error",
      from: { path: `^web/dashboard/src/${name}/`, pathNot: "\\.test\\.ts$" },
      to: { path: "^web/dashboard/src/", pathNot: `^web/dashboard/src/(${[name, ...others].join("|")})/` },
    })),
    {
      name: "features-through-their-index",
      comment: "A feature knows another one through its index only.",
      severity: "error",
      from: { path: "^web/dashboard/src/features/([^/]+)/" },
      to: {
        path: "^web/dashboard/src/features/[^/]+/",
        pathNot: ["^web/dashboard/src/features/$1/", "^web/dashboard/src/features/[^/]+/index\\.ts$"],
      },
    },
    {
      name: "client-of-the-api",
      comment: "The dashboard is a client like any other: nothing of the server's code.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^(src|test|scripts|chaos|bench)/" },
    },
    {
      name: "no-cycles",
      comment:
        "Two files that need each other are one, or lack a third. A page that is loaded later is no cycle.",
      severity: "error",
      from: { pathNot: "^web/dashboard/src/api/generated/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["dynamic-import"] } },
    },
    {
      name: "resolvable",
      comment: "What is imported exists.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "web/dashboard/tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "browser", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".css", ".d.ts"],
    },
    progress: { type: "none" },
  },
};
