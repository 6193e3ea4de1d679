import ts from "typescript";
import { commentsOf, nodesOf, type Rule } from "./source.ts";

const unfinished = /\b(TODO|FIXME|XXX|HACK)\b/;
const silencers =
  /(biome-ignore|eslint-disable|prettier-ignore|@ts-(ignore|expect-error|nocheck)|(v8|c8|istanbul) ignore)/;

/** What is not done is in an issue, and a check that is wrong is changed for everybody. */
export const marks: Rule = {
  name: "marks",
  applies: ({ path, tree }) => tree !== undefined || /\.(sql|sh|cjs|ya?ml)$/.test(path),
  *check({ text, tree }) {
    const comments = tree === undefined ? lineComments(text) : commentsOf(tree);
    for (const { position, text: comment } of comments) {
      const mark = unfinished.exec(comment)?.[1];
      if (mark !== undefined) yield { position, message: `${mark}: finish it, or open an issue.` };
      const silencer = silencers.exec(comment)?.[1];
      if (silencer !== undefined) yield { position, message: `${silencer}: a check is kept, not silenced.` };
    }
  },
};

function* lineComments(text: string) {
  for (const match of text.matchAll(/(?:--|#|\/\/).*$/gm)) yield { position: match.index, text: match[0] };
}

const testFunctions: ReadonlySet<string> = new Set(["it", "test", "describe", "bench", "suite"]);
const switches: ReadonlySet<string> = new Set(["only", "skip", "todo", "fails"]);

/** Every test runs, unless a condition says why it cannot here (`skipIf`, `runIf`, or `skip()` of the context). */
export const everyTestRuns: Rule = {
  name: "every-test-runs",
  applies: ({ path }) => path.endsWith(".test.ts"),
  *check({ tree }) {
    if (tree === undefined) return;
    for (const node of nodesOf(tree)) {
      if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) continue;
      if (testFunctions.has(node.expression.text) && switches.has(node.name.text))
        yield {
          position: node.getStart(tree),
          message: `${node.getText(tree)}: use skipIf with the condition, or let the test run.`,
        };
    }
  },
};
