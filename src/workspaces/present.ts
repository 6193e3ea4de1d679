import { fromId, type IdKind, idPrefixes, toId } from "../base/ids.ts";

const kinds = Object.keys(idPrefixes) as IdKind[];
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function isKind(name: string): name is IdKind {
  return kinds.some((kind) => kind === name);
}

/** The API id of an object whose kind is only known as text, as in the audit log; null stays null. */
export function toTargetId(kind: string | null, id: string | null): string | null {
  if (id === null || kind === null) return null;
  return isKind(kind) ? toId(kind, id) : id;
}

/** Kind and UUID of an API id of whatever kind, or undefined if it is none. */
export function fromAnyId(text: string): { readonly kind: IdKind; readonly id: string } | undefined {
  for (const kind of kinds) {
    const id = fromId(kind, text);
    if (id !== undefined) return { kind, id };
  }
  return undefined;
}

/** Changes as the API shows them: UUIDs in a field such as `agentId` become ids of that kind. */
export function presentChanges(changes: unknown): Record<string, [unknown, unknown]> {
  if (changes === null || typeof changes !== "object") return {};
  return Object.fromEntries(
    Object.entries(changes).map(([field, pair]) => {
      const [before = null, after = null] = Array.isArray(pair) ? pair : [];
      return [field, [presentValue(field, before), presentValue(field, after)]];
    }),
  );
}

function presentValue(field: string, value: unknown): unknown {
  const kind = field.endsWith("Id") ? field.slice(0, -2) : "";
  return typeof value === "string" && isKind(kind) && uuid.test(value) ? toId(kind, value) : value;
}
