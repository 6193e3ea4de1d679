import type { ReactNode } from "react";
import classes from "./contact.module.css";

/** A part of the panel under its heading. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <h4 className={classes.heading}>{title}</h4>
      {children}
    </section>
  );
}
