import { Kbd } from "@mantine/core";
import { Fragment } from "react";
import classes from "./keys-dialog.module.css";

/** "g t" as two caps, "⌘+K" as two that are pressed together. */
export function KeyCaps({ keys }: { readonly keys: string }) {
  return (
    <span className={classes.caps}>
      {keys.split(" ").map((part, at) => (
        <Fragment key={part}>
          {at > 0 && <span className={classes.then}>then</span>}
          {part.split("+").map((cap) => (
            <Kbd key={cap} size="xs">
              {cap}
            </Kbd>
          ))}
        </Fragment>
      ))}
    </span>
  );
}
