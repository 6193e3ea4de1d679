import { CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import classes from "./copy-id.module.css";

const shownEnd = 6;

/** `task_…4c0wd`: enough to tell two apart. */
export function shortId(id: string): string {
  const [prefix, rest] = id.split("_");
  return rest === undefined ? id : `${prefix}_…${rest.slice(-shownEnd)}`;
}

/** An object's id, short; a click copies the whole. */
export function CopyId({ id }: { readonly id: string }) {
  return (
    <CopyButton value={id} timeout={1_500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : `Copy ${id}`}>
          <button type="button" className={classes.id} onClick={copy} aria-label={`Copy id ${id}`}>
            {shortId(id)}
            {copied ? <IconCheck size={12} aria-hidden /> : <IconCopy size={12} aria-hidden />}
          </button>
        </Tooltip>
      )}
    </CopyButton>
  );
}
