import { Collapse, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import classes from "./editor.module.css";

interface FoldProps {
  readonly title: string;
  /** What is in there, in a few words. */
  readonly hint: string;
  /** True: a fault in it has to be seen. */
  readonly isForced: boolean;
  readonly children: ReactNode;
}

/** Fields that most people leave as they are. */
export function Fold({ title, hint, isForced, children }: FoldProps) {
  const [isWanted, setWanted] = useState(false);
  const isOpen = isWanted || isForced;
  const id = useId();
  return (
    <div>
      <UnstyledButton
        className={classes.fold}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setWanted(!isOpen)}
      >
        {isOpen ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
        <span className={classes.foldTitle}>{title}</span>
        <span className={classes.foldHint}>{hint}</span>
      </UnstyledButton>
      <Collapse expanded={isOpen} id={id}>
        <div className={classes.folded}>{children}</div>
      </Collapse>
    </div>
  );
}
