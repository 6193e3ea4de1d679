import { type IdKind, uuidPattern } from "./ids.ts";

/** The kinds of objects whose changes are told of, so that whoever watches them can look again. */
export const changeKinds = [
  "task",
  "execution",
  "conversation",
  "contact",
  "agent",
  "channel",
  "notification",
  "workspace",
  "member",
  "invitation",
  "apiKey",
  "modelProvider",
  "tool",
  "knowledge",
] as const satisfies readonly IdKind[];

export type ChangeKind = (typeof changeKinds)[number];

/** An object was made, changed or deleted; what of it is not said. */
export interface Change {
  readonly kind: ChangeKind;
  /** UUID. Null: any objects of this kind in the workspace. */
  readonly id: string | null;
}

export interface PlacedChange extends Change {
  readonly workspaceId: string;
}

const known: ReadonlySet<string> = new Set(changeKinds);

/** True if changes of this kind of object are told of. */
export function isChangeKind(kind: string): kind is ChangeKind {
  return known.has(kind);
}

/** A change as a signal carries it: `<workspace> task:<uuid>`, or `<workspace> task:` for any tasks of the workspace. */
export function encodeChange({ workspaceId, kind, id }: PlacedChange): string {
  return `${workspaceId} ${kind}:${id ?? ""}`;
}

/** Undefined for what `encodeChange` did not make, such as the empty signal or one of another module's. */
export function decodeChange(signal: string): PlacedChange | undefined {
  const space = signal.indexOf(" ");
  const colon = signal.indexOf(":", space);
  if (space === -1 || colon === -1) return undefined;
  const kind = signal.slice(space + 1, colon);
  if (!isChangeKind(kind)) return undefined;
  const id = signal.slice(colon + 1);
  if (id !== "" && !uuidPattern.test(id)) return undefined;
  return { workspaceId: signal.slice(0, space), kind, id: id === "" ? null : id };
}

/** The shorter signal that stands for this one and all others of its kind in the workspace. */
export function widenSignal(signal: string): string {
  return signal.slice(0, signal.indexOf(":") + 1) || signal;
}
