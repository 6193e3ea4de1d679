import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";

/**
 * The page of reason codes against the code: every object `{code, message}` that is written in the modules which give
 * reasons, and what is made of other names.
 */

const root = join(import.meta.dirname, "..");
const page = "docs/guide/reasons.md";

/** What else has a code and a message in these modules, and where it is documented. */
const elsewhere: readonly (readonly [files: RegExp, page: string])[] = [
  [/^src\/tasks\/schedule\/(clock-warnings|preview|cron-pattern)\.ts$/, "docs/guide/schedules.md"],
  [/^src\/tasks\/preview-http\.ts$/, "docs/guide/schedules.md"],
  [/^src\/tasks\/(replay|bulk)\//, "docs/reference/errors.md"],
];
/** Told in the words of a notification; nobody gets to see the code. */
const unseen = new Set(["answer_refused", "reply_failed"]);
/** Codes that are put together or come from elsewhere, as they are written in the source. */
const madeOf: Readonly<Record<string, (texts: ReadonlyMap<string, string>) => readonly string[]>> = {
  "`model_${error.code}`": (texts) =>
    literalsOf(texts, "src/agents/models/errors.ts", "ModelErrorCode").map((code) => `model_${code}`),
  "`${what}_deleted`": () => ["contact_deleted", "channel_deleted"],
  limit: (texts) => literalsOf(texts, "src/agents/loop/limits.ts", "LimitName"),
  goal: () => ["goal_met", "conversation_closed", "contact_replied"],
};
/** `code` of an error class. */
const ofClasses = ["address_not_allowed"];

interface Found {
  readonly code: string;
  readonly file: string;
}

const texts = new Map<string, string>();
let found: readonly Found[] = [];

beforeAll(async () => {
  const files = globSync("src/{engine,agents,tasks,conversations,usage}/**/*.ts", { cwd: root });
  for (const file of files)
    if (!/\.test(-support)?\.ts$/.test(file)) texts.set(file, await readFile(join(root, file), "utf8"));
  found = [...texts].flatMap(([file, text]) => findCodes(text).map((code) => ({ code, file })));
});

function* walk(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  for (const child of children) yield* walk(child);
}

/** The members of a union of texts that a file declares. */
function literalsOf(sources: ReadonlyMap<string, string>, file: string, name: string): readonly string[] {
  const tree = ts.createSourceFile(file, sources.get(file) ?? "", ts.ScriptTarget.Latest, true);
  const declared = [...walk(tree)].find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === name);
  if (declared === undefined) throw new Error(`${file} declares no ${name}`);
  return [...walk(declared)].flatMap((node) => (ts.isStringLiteral(node) ? [node.text] : []));
}

/** The codes of reasons in a file, and of those that are no plain text the expression. */
function findCodes(text: string): readonly string[] {
  const tree = ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest, true);
  const nodes = [...walk(tree)];
  const named = new Map(nodes.flatMap((node) => (ts.isVariableDeclaration(node) ? namedText(node) : [])));
  // Functions that make a reason of their first two arguments.
  const makers = new Set(
    nodes.flatMap((node) =>
      ts.isFunctionDeclaration(node) && node.parameters[0]?.name.getText() === "code"
        ? [node.name?.text]
        : [],
    ),
  );
  const expressions = nodes.flatMap((node) => {
    if (ts.isObjectLiteralExpression(node)) return codeOfObject(node);
    return ts.isCallExpression(node) && makers.has(node.expression.getText())
      ? node.arguments.slice(0, 1)
      : [];
  });
  return expressions.flatMap((expression) => codesOf(expression, named));
}

/** `const name = "text"`. */
function namedText({ name, initializer }: ts.VariableDeclaration): readonly (readonly [string, string])[] {
  return initializer !== undefined && ts.isStringLiteral(initializer)
    ? [[name.getText(), initializer.text]]
    : [];
}

function codeOfObject(node: ts.ObjectLiteralExpression): readonly ts.Expression[] {
  const names = node.properties.map((property) => property.name?.getText());
  const isReason = names.includes("code") && (names.includes("message") || names.includes("when"));
  // Faults of fields have a path, of schemas params; what a decision refuses has a kind.
  if (!isReason || ["path", "params", "kind"].some((name) => names.includes(name))) return [];
  return node.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) && property.name.getText() === "code" ? [property.initializer] : [],
  );
}

function codesOf(expression: ts.Expression, named: ReadonlyMap<string, string>): readonly string[] {
  if (ts.isConditionalExpression(expression))
    return [...codesOf(expression.whenTrue, named), ...codesOf(expression.whenFalse, named)];
  if (ts.isStringLiteral(expression)) return [expression.text];
  const written = expression.getText();
  const text = named.get(written);
  if (text !== undefined) return [text];
  return written in madeOf || ts.isTemplateExpression(expression) ? [written] : [];
}

function expand({ code, file }: Found): readonly Found[] {
  if (/^[a-z_]+$/.test(code) && !(code in madeOf)) return [{ code, file }];
  const made = madeOf[code];
  if (made === undefined) throw new Error(`${file} makes a code of ${code}: say in this test of what`);
  return made(texts).map((one) => ({ code: one, file }));
}

/** The codes in the first column of a page's tables. */
function codesIn(text: string): ReadonlySet<string> {
  const columns = text.split("\n").flatMap((line) => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? []);
  return new Set(
    columns.flatMap((column) => [...column.matchAll(/`([a-z_]+)`/g)].map(([, code = ""]) => code)),
  );
}

test("every reason code of the source is on its page", async () => {
  const missing: string[] = [];
  for (const { code, file } of found.flatMap(expand)) {
    const its = elsewhere.find(([files]) => files.test(file))?.[1] ?? page;
    const text = await readFile(join(root, its), "utf8");
    const isThere = its === page ? codesIn(text).has(code) : text.includes(`\`${code}\``);
    if (!isThere && !unseen.has(code)) missing.push(`${code} (${file}) is not in ${its}`);
  }
  expect(found.length).toBeGreaterThan(80);
  expect([...new Set(missing)]).toEqual([]);
});

test("the page has no code that the source does not have", async () => {
  const known = new Set([...found.flatMap(expand).map(({ code }) => code), ...ofClasses]);
  const onPage = codesIn(await readFile(join(root, page), "utf8"));
  expect([...onPage].filter((code) => !known.has(code))).toEqual([]);
});
