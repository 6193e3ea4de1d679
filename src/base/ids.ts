import { randomUUIDv7 } from "node:crypto";
import { TypeID } from "typeid-js";

/**
 * The prefix of each kind of object. Ids are UUIDv7 in the database and in code, and TypeIDs (`task_01h…`) at the
 * API's edge: presenters call `toId`, request schemas call `fromId`.
 */
export const idPrefixes = {
  workspace: "ws",
  member: "mem",
  invitation: "inv",
  apiKey: "key",
  auditEntry: "aud",
  notification: "ntf",
  agent: "agent",
  modelProvider: "prov",
  tool: "tool",
  knowledge: "know",
  contact: "contact",
  memory: "fact",
  channel: "chan",
  conversation: "conv",
  message: "msg",
  decision: "dec",
  task: "task",
  execution: "exec",
} as const;

export type IdKind = keyof typeof idPrefixes;

const idKinds = Object.keys(idPrefixes) as IdKind[];

/** True if `name` is a kind of object that has ids. */
export function isIdKind(name: string): name is IdKind {
  return Object.hasOwn(idPrefixes, name);
}

/** A UUID as PostgreSQL writes it. */
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Less than every id: where walking through all of them begins. */
export const beforeAllIds = "00000000-0000-0000-0000-000000000000";

/** A new UUIDv7. Rising within one process to the millisecond; never use it as a cursor across processes. */
export function newId(): string {
  return randomUUIDv7();
}

/** Gives each row an id of its own, rising with the rows: ids of one millisecond are in no order otherwise. */
export function withNewIds<T extends object>(rows: readonly T[]): readonly (T & { readonly id: string })[] {
  const ids = rows.map(() => newId()).sort();
  return rows.map((row, at) => ({ ...row, id: ids[at] ?? newId() }));
}

/** The id as the API shows it, for instance `task_01jk…`. */
export function toId(kind: IdKind, uuid: string): string {
  return TypeID.fromUUID(idPrefixes[kind], uuid).toString();
}

/** `toId` that lets null through. */
export function toIdOrNull(kind: IdKind, uuid: string | null | undefined): string | null {
  return uuid === null || uuid === undefined ? null : toId(kind, uuid);
}

/** The UUID inside an API id, or undefined if the text is not an id of this kind. */
export function fromId(kind: IdKind, text: string): string | undefined {
  try {
    return TypeID.fromString(text, idPrefixes[kind]).toUUID();
  } catch {
    return undefined;
  }
}

/** The API id of an object whose kind is only known as text, as in the audit log; null stays null. */
export function toTargetId(kind: string | null, uuid: string | null): string | null {
  if (uuid === null || kind === null) return null;
  return isIdKind(kind) ? toId(kind, uuid) : uuid;
}

/** Kind and UUID of an API id of whatever kind, or undefined if it is none. */
export function fromAnyId(text: string): { readonly kind: IdKind; readonly id: string } | undefined {
  for (const kind of idKinds) {
    const id = fromId(kind, text);
    if (id !== undefined) return { kind, id };
  }
  return undefined;
}
