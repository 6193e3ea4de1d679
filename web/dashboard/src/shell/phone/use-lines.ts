import { useLocalStorage } from "@mantine/hooks";
import { useMe } from "../../session/session.ts";
import { createLine, type Dialled, type Line } from "./line.ts";
import { type Dialling, dial, forget, noLines, readDialling } from "./lines-rules.ts";

/** Of all workspaces, as long as this page is open: what was said there and drafts. Tokens are nowhere else. */
const open = new Map<string, Line>();

const keyOf = ({ channelId, contactId }: Dialled) => `${channelId} ${contactId}`;

function openLine(dialled: Dialled, token?: string): Line {
  const key = keyOf(dialled);
  const line = open.get(key) ?? createLine(dialled, token);
  open.set(key, line);
  return line;
}

/** The Phone's lines of this member in this workspace, and the one that is talked on. */
export function useLines() {
  const { workspaceId, memberId } = useMe().membership;
  const [dialling, setDialling] = useLocalStorage<Dialling>({
    key: `errand.phone.${workspaceId}.${memberId}`,
    defaultValue: noLines,
    deserialize: readDialling,
    // Each tab may play somebody else.
    sync: false,
    getInitialValueInEffect: false,
  });
  const current = dialling.isTalking ? dialling.lines[0] : undefined;
  return {
    lines: dialling.lines,
    current: current === undefined ? undefined : openLine(current),
    /** `token` of a visitor just made. */
    dial(dialled: Dialled, token?: string) {
      openLine(dialled, token);
      setDialling((before) => dial(before, dialled));
    },
    chooseAnother: () => setDialling((before) => ({ ...before, isTalking: false })),
    goOn: () => setDialling((before) => ({ ...before, isTalking: before.lines.length > 0 })),
    forget(dialled: Dialled) {
      open.get(keyOf(dialled))?.stop();
      open.delete(keyOf(dialled));
      setDialling((before) => forget(before, dialled));
    },
  };
}
