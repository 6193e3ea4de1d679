import ts from "typescript";
import { dottedName, isProgram, literalText, nodesOf, type Rule, type Source } from "./source.ts";

/**
 * File → why it sends statements as errand_system, which sees all workspaces. Everything else runs as errand_tenant, under
 * row-level security. Reasons are: looking up whose a secret or a public id is, loops over all workspaces, and what
 * belongs to no workspace.
 */
export const systemStatements: Readonly<Record<string, string>> = {
  "src/agents/provider-store.ts": "the doctor asks every workspace's model servers whether they answer",
  "src/api/idempotency.ts": "old Idempotency-Keys of all workspaces are deleted",
  "src/channels/store.ts": "a visitor knows a channel's id only: whose channel it is",
  "src/conversations/conversation-store.ts": "idle conversations of all workspaces are closed",
  "src/conversations/held/held-store.ts": "held messages of all workspaces are released or refused",
  "src/conversations/session-store.ts": "sessions of all workspaces whose time is up are ended",
  "src/conversations/visitor-store.ts": "a visitor's token: whose it is, and when it was used",
  "src/db/database.ts": "makes the pool",
  "src/db/signals.ts": "notifications carry ids of all workspaces",
  "src/engine/claim-store.ts": "claims, leases and takeover go over all workspaces",
  "src/engine/ending.ts": "the ends of executions of all workspaces go out as one statement",
  "src/engine/journal-store.ts": "steps of all workspaces' executions go out as one statement",
  "src/engine/queue-store.ts": "the queues' figures are of all workspaces",
  "src/engine/removal.ts":
    "old executions of all workspaces are deleted; journals, which no workspace may shorten, go with a task",
  "src/program/start.ts": "the mark of the secret key and the list of migrations belong to no workspace",
  "src/tasks/expiry.ts": "tasks of all workspaces whose time has come are ended",
  "src/tasks/reconcile.ts": "tasks of all workspaces that lost their next run are armed again",
  "src/tasks/relative/reconcile.ts": "audiences of relative schedules of all workspaces are looked through",
  "src/tasks/relative/sweep.ts": "contacts' due times of all workspaces are looked for in one go",
  "src/tasks/sweep.ts": "due tasks of all workspaces are taken in one go",
  "src/workspaces/accept-invitation.ts":
    "an invitation's token: whose it is; accounts belong to no workspace",
  "src/workspaces/attempts.ts": "attempts are counted before anybody is known",
  "src/workspaces/auth-http.ts": "a person sees the names of all workspaces they are a member of",
  "src/workspaces/auth.ts": "accounts and sessions belong to no workspace",
  "src/workspaces/authenticate.ts": "an API key or a session: whose it is",
  "src/workspaces/first-workspace.ts": "makes the first workspace, or finds it",
  "src/workspaces/profile.ts":
    "a person's name, time zone and theme belong to no workspace; the name is written to all they are in",
  "src/workspaces/workspaces.ts":
    "makes a workspace, which does not exist before; reads how long each keeps its executions and leaves conversations open",
};

const role = "errand_system";
const members: ReadonlySet<string> = new Set(["autocommit", "system"]);

/** Every way to errand_system: `db.autocommit`, `db.system`, the same by destructuring, and a pool with that role. */
function* systemUses({ tree }: Source): Generator<ts.Node> {
  if (tree === undefined) return;
  for (const node of nodesOf(tree)) {
    if (ts.isPropertyAccessExpression(node) && members.has(node.name.text) && isDatabase(node.expression))
      yield node;
    else if (ts.isBindingElement(node) && members.has(boundName(node)) && isTakenFromDatabase(node))
      yield node;
    else if (literalText(node) === role && !ts.isLiteralTypeNode(node.parent)) yield node;
  }
}

/** By its name, which is `db` or `database` everywhere. Nothing else is called `autocommit`, so that needs no such hint. */
function isDatabase(node: ts.Expression): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent) && parent.name.text === "autocommit") return true;
  return /(^|\.)(db|database)$/.test(dottedName(node) ?? "");
}

function boundName({ propertyName, name }: ts.BindingElement): string {
  const bound = propertyName ?? name;
  return ts.isIdentifier(bound) ? bound.text : "";
}

function isTakenFromDatabase(element: ts.BindingElement): boolean {
  if (boundName(element) === "autocommit") return true;
  const holder = element.parent.parent;
  if (ts.isBindingElement(holder)) return /^(db|database)$/.test(boundName(holder));
  if (ts.isVariableDeclaration(holder))
    return holder.initializer !== undefined && isDatabase(holder.initializer);
  return ts.isParameter(holder) && holder.type?.getText() === "Database";
}

/** Whatever passes row-level security by is in the list, with its reason. */
export const listedSystemStatements: Rule = {
  name: "listed-system-statements",
  applies: isProgram,
  *check(source, { systemFiles }) {
    if (systemFiles.has(source.path)) return;
    for (const node of systemUses(source))
      yield {
        position: node.getStart(source.tree),
        message:
          "This passes row-level security by. Use db.tenant, or say why not in scripts/rules/system-statements.ts.",
      };
  },
};

/** What is wrong with the list itself: files that no longer send anything as errand_system. */
export function checkSystemStatements(
  sources: readonly Source[],
  listed: Readonly<Record<string, string>>,
): readonly string[] {
  const using = new Set(
    sources.filter((source) => isProgram(source) && !systemUses(source).next().done).map(({ path }) => path),
  );
  const idle = Object.keys(listed).filter((path) => !using.has(path));
  return idle.map(
    (path) => `scripts/rules/system-statements.ts names ${path}, which sends nothing as ${role}`,
  );
}
