import { Button } from "@mantine/core";
import { type Icon, IconFilterOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { EmptyState } from "./empty-state.tsx";

interface NoMatchesProps {
  /** What the list holds: "task". */
  readonly noun: string;
  readonly icon?: Icon;
  onClear(): void;
  /** What the filters ask for, in a sentence. */
  readonly children: ReactNode;
}

/** Filters that leave nothing of a list. */
export function NoMatches({ noun, icon = IconFilterOff, onClear, children }: NoMatchesProps) {
  return (
    <EmptyState
      icon={icon}
      title={`No ${noun} matches`}
      actions={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    >
      {children}
    </EmptyState>
  );
}
