import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import classes from "./fold.module.css";

interface FoldProps {
  readonly label: string;
  /** Beside the label: what is inside, in a few words. */
  readonly hint?: ReactNode;
  readonly isOpenAtFirst?: boolean;
  /** True while something inside must be seen, a fault for instance. */
  readonly isHeldOpen?: boolean;
  readonly children: ReactNode;
}

/** A part of a form that most people leave alone. What is folded away keeps its values. */
export function Fold({ label, hint, isOpenAtFirst = false, isHeldOpen = false, children }: FoldProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const id = useId();
  // What was held open stays so: it must not close under the fingers of whoever mends it.
  if (isHeldOpen && !isOpen) setOpen(true);
  return (
    <div>
      <UnstyledButton
        className={classes.label}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        {label}
        {hint !== undefined && <span className={classes.hint}>{hint}</span>}
      </UnstyledButton>
      <div id={id} className={classes.content} hidden={!isOpen}>
        {children}
      </div>
    </div>
  );
}
