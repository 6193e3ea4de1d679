import ts from "typescript";

/** One file of the repository as the rules see it. */
export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Absent for what is not TypeScript. */
  readonly tree: ts.SourceFile | undefined;
}

export interface Finding {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** What the rules know beside the file at hand. */
export interface Facts {
  /** The tables that the migrations create, in snake_case. */
  readonly tables: ReadonlySet<string>;
  /** Table → the module whose store names it. */
  readonly owners: Readonly<Record<string, string>>;
  /** The files that may send statements as errand_system. */
  readonly systemFiles: ReadonlySet<string>;
}

export interface Rule {
  readonly name: string;
  /** Which files it looks at. */
  applies(source: Source): boolean;
  check(source: Source, facts: Facts): Iterable<{ readonly position: number; readonly message: string }>;
}

/** Reads a file's text into what rules look at. */
export function parseSource(path: string, text: string): Source {
  const isTypeScript = /\.tsx?$/.test(path) && !path.endsWith(".d.ts");
  const tree = isTypeScript ? ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) : undefined;
  return { path, text, tree };
}

/** Everything the rules find in one file, in order of lines. */
export function checkSource(source: Source, rules: readonly Rule[], facts: Facts): readonly Finding[] {
  const findings = rules
    .filter((rule) => rule.applies(source))
    .flatMap((rule) =>
      Array.from(rule.check(source, facts), ({ position, message }) => ({
        path: source.path,
        line: lineAt(source.text, position),
        rule: rule.name,
        message,
      })),
    );
  return findings.toSorted((left, right) => left.line - right.line);
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** True for tests and for what only tests use. */
function isTest({ path }: Source): boolean {
  return /\.(test|test-support)\.ts$/.test(path);
}

/** True for the code that runs in production. */
export function isProgram(source: Source): boolean {
  return source.path.startsWith("src/") && source.tree !== undefined && !isTest(source);
}

/** The module that a file of `src/` belongs to; the empty string for files that lie directly in `src/`. */
export function moduleOf({ path }: Source): string {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? "";
}

/** All nodes below `root`, parents first. With `skipFunctions`, not what functions do when they are called. */
export function* nodesOf(root: ts.Node, skipFunctions = false): Generator<ts.Node> {
  const children: ts.Node[] = [];
  ts.forEachChild(root, (child) => {
    children.push(child);
  });
  for (const child of children) {
    if (skipFunctions && ts.isFunctionLike(child)) continue;
    yield child;
    yield* nodesOf(child, skipFunctions);
  }
}

/** The text of a string or template; what stands in a template's `${}` is left out. Undefined for other nodes. */
export function literalText(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(" ");
}

/** The name of what is called: `b` of `a.b(…)`, `f` of `f(…)`. */
export function calledName(call: ts.CallExpression): string | undefined {
  const callee = call.expression;
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  return ts.isIdentifier(callee) ? callee.text : undefined;
}

/** `a.b` as written, for comparing with known names such as `Date.now`. */
export function dottedName(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const left = dottedName(node.expression);
  return left === undefined ? undefined : `${left}.${node.name.text}`;
}

/** The comments of a file, also those that stand before a closing bracket. */
export function* commentsOf(
  tree: ts.SourceFile,
): Generator<{ readonly position: number; readonly text: string }> {
  const seen = new Set<number>();
  const { text } = tree;
  for (const token of tokensOf(tree, tree)) {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, token.pos) ?? []),
      ...(ts.getTrailingCommentRanges(text, token.end) ?? []),
    ];
    for (const { pos, end } of ranges) {
      if (seen.has(pos)) continue;
      seen.add(pos);
      yield { position: pos, text: text.slice(pos, end) };
    }
  }
}

function* tokensOf(node: ts.Node, tree: ts.SourceFile): Generator<ts.Node> {
  const children = node.getChildren(tree);
  if (children.length === 0) yield node;
  for (const child of children) yield* tokensOf(child, tree);
}
