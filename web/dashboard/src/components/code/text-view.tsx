import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import classes from "./code.module.css";

interface TextViewProps {
  readonly text: string;
  /** What the copy button copies: "the message". */
  readonly label: string;
  /** Program text or a key, in the typeface for these. */
  readonly isCode?: boolean;
}

/** A text as it is, with a button that copies it. */
export function TextView({ text, label, isCode = false }: TextViewProps) {
  return (
    <div className={classes.block}>
      {/* Long program text scrolls, so it must be reachable by keyboard. */}
      <pre className={isCode ? undefined : classes.prose} tabIndex={isCode ? 0 : undefined}>
        {text}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : `Copy ${label}`}>
            <ActionIcon
              className={classes.copy}
              variant="default"
              size="sm"
              onClick={copy}
              aria-label={`Copy ${label}`}
            >
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}
