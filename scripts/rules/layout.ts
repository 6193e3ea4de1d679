import ts from "typescript";
import { calledName, dottedName, isProgram, nodesOf, type Rule } from "./source.ts";

const longestFile = 400;
/** Tests are read case by case, so that a long one hurts less. */
const longestTest = 500;
/** Names that say nothing about what is inside, so that anything ends up there. */
const emptyNames = /(^|\/)(utils?|helpers?|misc|common)(-[^/]*)?\.ts$/;

export const fileLength: Rule = {
  name: "file-length",
  applies: ({ path, tree }) => tree !== undefined && !path.endsWith(".generated.ts"),
  *check({ path, text }) {
    const lines = text.trimEnd().split("\n").length;
    const most = path.endsWith(".test.ts") ? longestTest : longestFile;
    if (lines > most)
      yield {
        position: 0,
        message: `${lines} lines; it has at most ${most}. Split it by noun.`,
      };
  },
};

export const tellingName: Rule = {
  name: "telling-name",
  applies: ({ path, tree }) => tree !== undefined && emptyNames.test(path),
  *check() {
    yield { position: 0, message: "The name says nothing about what is inside. Name the file by its noun." };
  },
};

export const explicitExports: Rule = {
  name: "explicit-exports",
  applies: ({ tree }) => tree !== undefined,
  *check({ tree }) {
    for (const statement of tree?.statements ?? []) {
      if (!ts.isExportDeclaration(statement)) continue;
      const { exportClause } = statement;
      if (exportClause === undefined || ts.isNamespaceExport(exportClause))
        yield { position: statement.getStart(tree), message: "Name what is exported instead of `export *`." };
    }
  },
};

/** Calls that do something, as far as names can tell. */
const doing =
  /^((readFile|readdir|writeFile|appendFile|mkdir|mkdtemp|rm|unlink|open|exec|execFile|spawn|randomBytes)(Sync)?|fork|fetch|connect|listen|start|setTimeout|setInterval|randomUUID|create(Server|Pool|Database|Logger))$/;
const connections: ReadonlySet<string> = new Set([
  "Pool",
  "Client",
  "pg.Pool",
  "pg.Client",
  "Worker",
  "PgBoss",
]);
const allowedStatements: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ExportDeclaration,
  ts.SyntaxKind.ExportAssignment,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.ModuleDeclaration,
  ts.SyntaxKind.VariableStatement,
]);

/** Importing a file of the program does nothing: no connection, no file, no state that all callers share. */
export const quietImport: Rule = {
  name: "quiet-import",
  applies: (source) => isProgram(source) && source.path !== "src/main.ts",
  *check({ tree }) {
    for (const statement of tree?.statements ?? []) {
      const position = statement.getStart(tree);
      if (!allowedStatements.has(statement.kind))
        yield { position, message: "This statement runs when the file is imported. Put it into a function." };
      if (ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const))
        yield {
          position,
          message: "A variable of the whole process. Keep state in an object that is handed on.",
        };
      if (ts.isVariableStatement(statement) || ts.isClassDeclaration(statement))
        yield* effectsIn(statement, tree);
    }
  },
};

function* effectsIn(statement: ts.Node, tree: ts.SourceFile | undefined) {
  for (const node of nodesOf(statement, true)) {
    const position = node.getStart(tree);
    if (ts.isAwaitExpression(node) || ts.isClassStaticBlockDeclaration(node))
      yield { position, message: "This runs when the file is imported. Put it into a function." };
    if (ts.isCallExpression(node) && doing.test(calledName(node) ?? ""))
      yield {
        position,
        message: `${calledName(node)}() runs when the file is imported. Put it into a function.`,
      };
    if (ts.isNewExpression(node) && connections.has(dottedName(node.expression) ?? ""))
      yield { position, message: "A connection is made when the file is imported. Put it into a function." };
    if (ts.isPropertyAccessExpression(node) && dottedName(node.expression) === "process")
      yield { position, message: "The process is asked when the file is imported. Put it into a function." };
  }
}
