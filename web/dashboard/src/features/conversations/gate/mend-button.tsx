import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Mend } from "./rules.ts";

interface MendButtonProps {
  readonly mend: Mend | undefined;
  onHandBack(): void;
  onWrite(): void;
}

/** The button that mends what kept a message back. */
export function MendButton({ mend, onHandBack, onWrite }: MendButtonProps) {
  if (mend === undefined) return null;
  const look = { variant: "default", size: "compact-xs" } as const;
  if (mend.kind === "link")
    return (
      <Button {...look} renderRoot={(props) => <Link {...mend.link} {...props} />}>
        {mend.label}
      </Button>
    );
  return (
    <Button {...look} onClick={mend.kind === "hand_back" ? onHandBack : onWrite}>
      {mend.label}
    </Button>
  );
}
