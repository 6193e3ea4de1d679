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

/** A new UUIDv7. Rising within one process to the millisecond; never use it as a cursor across processes. */
export function newId(): string {
  return randomUUIDv7();
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
