import { Center } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { EmptyState } from "./empty-state.tsx";

interface NotAllowedProps {
  /** What the role may not do: "make tasks". */
  readonly what: string;
  /** The least scope that may. */
  readonly scope?: "write" | "admin";
}

const who = {
  write: "Operators, administrators and owners may.",
  admin: "Administrators and owners may.",
} as const;

/** In place of a form that the API would refuse: somebody shared its address with a member whose role is too small. */
export function NotAllowed({ what, scope = "write" }: NotAllowedProps) {
  return (
    <Center mih={280}>
      <EmptyState icon={IconLock} title={`Your role may not ${what}`}>
        {who[scope]} Ask one of them, or for another role.
      </EmptyState>
    </Center>
  );
}
