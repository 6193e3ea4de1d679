import type { ReactNode } from "react";
import classes from "./notice.module.css";

interface NoticeProps {
  readonly tone: "grey" | "amber" | "red";
  /** The button that mends it. */
  readonly mend?: ReactNode;
  readonly children: ReactNode;
}

/** Under the head of an object's page: why it does not do what it is there for. */
export function Notice({ tone, mend, children }: NoticeProps) {
  return (
    <div className={classes.notice} data-tone={tone} role="status">
      <span className={classes.text}>{children}</span>
      {mend}
    </div>
  );
}
