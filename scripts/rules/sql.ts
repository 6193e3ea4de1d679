import ts from "typescript";
import { calledName, isProgram, literalText, moduleOf, nodesOf, type Rule, type Source } from "./source.ts";

/** Query builders of Kysely, each with the table as its first argument. */
const starters: ReadonlySet<string> = new Set([
  "selectFrom",
  "insertInto",
  "updateTable",
  "deleteFrom",
  "mergeInto",
  "replaceInto",
]);
const joiners: ReadonlySet<string> = new Set([
  "innerJoin",
  "leftJoin",
  "rightJoin",
  "fullJoin",
  "crossJoin",
  "innerJoinLateral",
  "leftJoinLateral",
  "from",
  "using",
  "table",
]);

/** Keywords are all in one case, which sentences for people are not. */
const statements = [
  /^\s*(select\b.*(\sfrom\s|\()|insert\s+into\s|update\s.*\sset\s|delete\s+from\s|merge\s+into\s|truncate\s|listen\s)/s,
  /^\s*with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\s+((not\s+)?materialized\s+)?\(/s,
  /^\s*(create|alter|drop|grant|revoke|lock)\s+.*\b(table|index|role|policy|function|on)\b/s,
];

function isSql(text: string): boolean {
  const lower =
    text === text.toLowerCase() ? text : text.replace(/\b[A-Z]{2,}\b/g, (word) => word.toLowerCase());
  return statements.some((statement) => statement.test(lower));
}

function mayHoldSql({ path }: Source): boolean {
  return path.startsWith("src/db/") || /(^|\/|-)store\.ts$/.test(path);
}

/** SQL lies in store.ts or <noun>-store.ts, beside the database layer itself. */
export const sqlInStores: Rule = {
  name: "sql-in-stores",
  applies: (source) => isProgram(source) && !mayHoldSql(source),
  *check({ tree }) {
    if (tree === undefined) return;
    const where = "belongs into the module's store.ts or <noun>-store.ts.";
    for (const node of nodesOf(tree)) {
      const position = node.getStart(tree);
      const name = ts.isCallExpression(node) ? calledName(node) : undefined;
      if (name !== undefined && (starters.has(name) || sendsText(node)))
        yield { position, message: `A query (${name}) ${where}` };
      else if (isSql(literalText(node) ?? "")) yield { position, message: `SQL ${where}` };
      else if (takesSqlTag(node)) yield { position, message: `The sql tag ${where}` };
    }
  },
};

/** `query("…")` and `query({ text: "…" })`; what is handed through from elsewhere is no SQL of this file. */
function sendsText(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || calledName(node) !== "query") return false;
  const [first] = node.arguments;
  if (first === undefined || !ts.isObjectLiteralExpression(first))
    return first !== undefined && literalText(first) !== undefined;
  return first.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      property.name.getText() === "text" &&
      literalText(property.initializer) !== undefined,
  );
}

function takesSqlTag(node: ts.Node): boolean {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
  const bindings = node.importClause?.namedBindings;
  const from = node.moduleSpecifier.text;
  if (from === "pg") return !node.importClause?.isTypeOnly;
  if (from !== "kysely" || bindings === undefined || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.some(({ name, propertyName }) => (propertyName ?? name).text === "sql");
}

const afterKeyword =
  /\b(?:from|join|into|update|table|using|only|truncate|references)\s+(?:only\s+)?"?([a-z_]+)"?/gi;

/** The tables that a node names, in snake_case. */
function* tablesNamed(node: ts.Node): Generator<string> {
  if (ts.isCallExpression(node)) {
    const name = calledName(node) ?? "";
    const [first] = node.arguments;
    if (first === undefined || !(starters.has(name) || joiners.has(name))) return;
    const names = ts.isArrayLiteralExpression(first) ? first.elements : [first];
    for (const one of names) yield snakeCase((literalText(one) ?? "").split(" ")[0] ?? "");
    return;
  }
  const text = literalText(node);
  if (text === undefined) return;
  // The sign-in library is told its tables' names as plain strings.
  if (text.startsWith("auth_")) yield text;
  for (const match of text.matchAll(afterKeyword)) yield match[1]?.toLowerCase() ?? "";
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A table is named in one module only, so that its meaning has one home. */
export const oneOwnerPerTable: Rule = {
  name: "one-owner-per-table",
  applies: isProgram,
  *check(source, { tables, owners }) {
    const { tree } = source;
    if (tree === undefined) return;
    const module = moduleOf(source);
    for (const node of nodesOf(tree)) {
      const text = literalText(node);
      // Sentences for people name things that are called like tables; only stores hold fragments of SQL.
      if (text !== undefined && !text.startsWith("auth_") && !mayHoldSql(source) && !isSql(text)) continue;
      for (const table of new Set(tablesNamed(node))) {
        const owner = owners[table];
        if (!tables.has(table) || owner === module) continue;
        yield {
          position: node.getStart(tree),
          message: `The table ${table} belongs to ${owner ?? "no module"}: ask that module, through its index.ts.`,
        };
      }
    }
  },
};

const messageInsert = /\binsert\s+into\s+messages\b/i;

/** Every message passes the gate, and the gate stands in conversations: no other module makes a message. */
export const messagesPassTheGate: Rule = {
  name: "messages-pass-the-gate",
  applies: (source) => isProgram(source) && moduleOf(source) !== "conversations",
  *check({ tree }) {
    if (tree === undefined) return;
    for (const node of nodesOf(tree)) {
      const text = literalText(node);
      const [first] = ts.isCallExpression(node) && calledName(node) === "insertInto" ? node.arguments : [];
      const inserts = first !== undefined && /^messages\b/.test(literalText(first) ?? "");
      if (inserts || (text !== undefined && messageInsert.test(text)))
        yield {
          position: node.getStart(tree),
          message: "A message is made by conversations only, behind its gate.",
        };
    }
  },
};

const created = /^\s*create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?"?(\w+)"?/gim;
const dropped = /^\s*drop\s+table\s+(?:if\s+exists\s+)?"?(\w+)"?/gim;

/** The tables that are there after the migrations, given in order. */
export function tablesOf(migrations: readonly string[]): ReadonlySet<string> {
  const tables = new Set<string>();
  for (const sql of migrations) {
    for (const match of sql.matchAll(created)) tables.add(match[1] ?? "");
    for (const match of sql.matchAll(dropped)) tables.delete(match[1] ?? "");
  }
  return tables;
}

/** What is wrong with the list of owners itself: tables without one, and owners of tables that are not there. */
export function checkOwners(
  tables: ReadonlySet<string>,
  owners: Readonly<Record<string, string>>,
): readonly string[] {
  const without = [...tables].filter((table) => owners[table] === undefined);
  const gone = Object.keys(owners).filter((table) => !tables.has(table));
  return [
    ...without.map((table) => `the table ${table} has no owner: add it to scripts/rules/table-owners.ts`),
    ...gone.map((table) => `scripts/rules/table-owners.ts names ${table}, which no migration creates`),
  ];
}
