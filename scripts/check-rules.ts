import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allRules } from "./rules/all-rules.ts";
import { checkExplained } from "./rules/dependencies.ts";
import { checkSource, parseSource } from "./rules/source.ts";
import { checkOwners, tablesOf } from "./rules/sql.ts";
import { checkSystemStatements, systemStatements } from "./rules/system-statements.ts";
import { tableOwners } from "./rules/table-owners.ts";

const root = join(import.meta.dirname, "..");
const folders = ["src", "test", "chaos", "scripts", "bench", "migrations", "web"];
const extensions = /\.(tsx?|sql|sh|cjs|ya?ml)$/;

const read = (path: string): string => readFileSync(join(root, path), "utf8");

function listFiles(): readonly string[] {
  const below = folders.flatMap((folder) => {
    const found = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    return found.map((path) => join(folder, path).replaceAll("\\", "/"));
  });
  return below
    .filter((path) => extensions.test(path) && !/(^|\/)(node_modules|dist|generated)\//.test(path))
    .toSorted();
}

const migrations = readdirSync(join(root, "migrations")).filter((file) => file.endsWith(".sql"));
const tables = tablesOf(migrations.toSorted().map((file) => read(join("migrations", file))));
// The migrations' own table is made by the code that runs them.
const facts = {
  tables: new Set([...tables, "schema_migrations"]),
  owners: { ...tableOwners, schema_migrations: "db" },
  systemFiles: new Set(Object.keys(systemStatements)),
};

const files = listFiles();
const sources = files.map((path) => parseSource(path, read(path)));
const findings = sources.flatMap((source) => checkSource(source, allRules, facts));
const faults = [
  ...checkOwners(tables, tableOwners),
  ...checkSystemStatements(sources, systemStatements),
  ...checkExplained(
    read("docs/decisions/dependencies.md"),
    ["package.json", "bench/package.json"].map((path) => JSON.parse(read(path))),
  ),
  ...findings.map(({ path, line, rule, message }) => `${path}:${line} ${rule}: ${message}`),
];
for (const fault of faults) console.error(fault);
console.info(`rules: ${files.length} files, ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
