import type { Dialled } from "./line.ts";

/** What the Phone remembers of its lines. */
export interface Dialling {
  /** The one that was used last first. */
  readonly lines: readonly Dialled[];
  /** Whether the first of them is talked on; else somebody else is being chosen. */
  readonly isTalking: boolean;
}

export const mostLines = 8;

export const noLines: Dialling = { lines: [], isTalking: false };

export function isSameLine(a: Dialled, b: Dialled): boolean {
  return a.channelId === b.channelId && a.contactId === b.contactId;
}

/** With this line first. */
export function dial({ lines }: Dialling, { channelId, contactId }: Dialled): Dialling {
  const line = { channelId, contactId };
  return {
    lines: [line, ...lines.filter((one) => !isSameLine(one, line))].slice(0, mostLines),
    isTalking: true,
  };
}

/** Without this line; if it was the one that is talked on, somebody else is chosen. */
export function forget({ lines, isTalking }: Dialling, line: Dialled): Dialling {
  const isCurrent = lines[0] !== undefined && isSameLine(lines[0], line);
  return { lines: lines.filter((one) => !isSameLine(one, line)), isTalking: isTalking && !isCurrent };
}

/** What was kept, or no lines if a program or person wrote something else there. */
export function readDialling(text: string | null | undefined): Dialling {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    if (typeof value !== "object" || value === null) return noLines;
    const { lines, isTalking } = value as Partial<Record<keyof Dialling, unknown>>;
    const known = Array.isArray(lines) ? lines.filter(isDialled).slice(0, mostLines) : [];
    return { lines: known, isTalking: isTalking === true && known.length > 0 };
  } catch {
    return noLines;
  }
}

function isDialled(value: unknown): value is Dialled {
  if (typeof value !== "object" || value === null) return false;
  const { channelId, contactId } = value as Partial<Record<keyof Dialled, unknown>>;
  return typeof channelId === "string" && typeof contactId === "string";
}
