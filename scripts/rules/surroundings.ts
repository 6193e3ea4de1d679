import ts from "typescript";
import { dottedName, isProgram, nodesOf, type Rule, type Source } from "./source.ts";

const clockFile = "src/base/clock.ts";
const configFile = "src/config.ts";

/** Only src/config.ts reads the environment: every setting has a name, a type and a line in the documentation. */
export const environment: Rule = {
  name: "environment",
  applies: (source) => isProgram(source) && source.path !== configFile,
  *check({ tree }) {
    for (const node of nodesIn(tree)) {
      if (dottedName(node) === "process.env" || importsFrom(node, /^(node:)?process$/, ["env"]))
        yield {
          position: node.getStart(tree),
          message: `Only ${configFile} reads the environment. Take the value as an argument.`,
        };
    }
  },
};

const clocks: ReadonlySet<string> = new Set([
  "Date.now",
  "performance.now",
  "performance.timeOrigin",
  "process.hrtime",
  "process.uptime",
  "Temporal.Now",
  "AbortSignal.timeout",
]);
const timers = ["setTimeout", "setInterval", "scheduler"];

/** Only src/base/clock.ts tells the time and waits, so that tests can move time. */
export const time: Rule = {
  name: "time",
  applies: (source) => isProgram(source) && source.path !== clockFile,
  *check({ tree }) {
    for (const node of nodesIn(tree)) {
      const found = clockIn(node);
      if (found !== undefined)
        yield {
          position: node.getStart(tree),
          message: `${found}: only ${clockFile} tells the time. Take \`now\` or a Clock as an argument.`,
        };
    }
  },
};

function clockIn(node: ts.Node): string | undefined {
  const name = dottedName(node);
  if (name !== undefined && clocks.has(name)) return name;
  if (ts.isNewExpression(node) && dottedName(node.expression) === "Date" && !node.arguments?.length)
    return "new Date()";
  if (importsFrom(node, /^(node:)?timers(\/promises)?$/, timers)) return "an imported timer";
  if (importsFrom(node, /^(node:)?perf_hooks$/, ["performance"])) return "an imported clock";
  if (!ts.isCallExpression(node)) return undefined;
  const called = dottedName(node.expression)?.replace(/^globalThis\./, "");
  if (called === "Date") return "Date()";
  return called !== undefined && timers.includes(called) ? called : undefined;
}

/** Requests leave through src/base/guarded-fetch.ts, which checks where they go. */
export const outgoingRequests: Rule = {
  name: "outgoing-requests",
  applies: (source) => isProgram(source) && !source.path.startsWith("src/base/guarded-"),
  *check({ tree }) {
    const message = "Requests go through src/base/guarded-fetch.ts, which checks the address they reach.";
    for (const node of nodesIn(tree)) {
      const fetches =
        ts.isCallExpression(node) &&
        /^(globalThis\.)?fetch$/.test(dottedName(node.expression) ?? "") &&
        !declares(tree, "fetch");
      if (
        fetches ||
        importsFrom(node, /^(undici|axios|node-fetch|got)$/) ||
        importsFrom(node, /^(node:)?https?$/, ["request", "get"])
      )
        yield { position: node.getStart(tree), message };
    }
  },
};

function nodesIn(tree: Source["tree"]): Iterable<ts.Node> {
  return tree === undefined ? [] : nodesOf(tree);
}

/** A parameter or constant of this name in the file: then a call by that name is not the global's. */
function declares(tree: Source["tree"], name: string): boolean {
  return Array.from(nodesIn(tree)).some(
    (node) =>
      (ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name) &&
      node.name.text === name,
  );
}

/** True for an import of values from a matching module; with `names`, only if one of them is taken. */
function importsFrom(node: ts.Node, module: RegExp, names?: readonly string[]): boolean {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
  if (!module.test(node.moduleSpecifier.text) || node.importClause?.isTypeOnly) return false;
  const bindings = node.importClause?.namedBindings;
  if (names === undefined || bindings === undefined || !ts.isNamedImports(bindings))
    return names === undefined;
  return bindings.elements.some(
    ({ isTypeOnly, name, propertyName }) => !isTypeOnly && names.includes((propertyName ?? name).text),
  );
}
