import type { ReactNode } from "react";
import classes from "./facts.module.css";

interface FactGroupProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** One matter at the side of an object's page. */
export function FactGroup({ title, children }: FactGroupProps) {
  return (
    <section className={classes.group}>
      <h2 className={classes.heading}>{title}</h2>
      {children}
    </section>
  );
}

/** Names with what is known under them, each a `Fact`. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={classes.facts}>{children}</dl>;
}

interface FactProps {
  readonly label: string;
  /** Null or false: not known, shown as a dash. */
  readonly children: ReactNode;
}

/** One name with what is known under it. */
export function Fact({ label, children }: FactProps) {
  const isUnknown = children === null || children === false;
  return (
    <>
      <dt title={label}>{label}</dt>
      <dd>{isUnknown ? "–" : children}</dd>
    </>
  );
}
