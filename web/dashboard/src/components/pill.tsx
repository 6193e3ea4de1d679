import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./pill.module.css";

export type Tone = "grey" | "blue" | "green" | "amber" | "red";

interface PillProps {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly children: ReactNode;
  /** Turns the icon, for what goes on at this moment. */
  readonly isBusy?: boolean;
}

/** A state: icon and word, never the colour alone. */
export function Pill({ tone, icon: IconComponent, children, isBusy = false }: PillProps) {
  return (
    <span className={classes.pill} data-tone={tone}>
      <IconComponent size={13} stroke={2} aria-hidden className={isBusy ? classes.busy : undefined} />
      {children}
    </span>
  );
}
