import { ActionIcon, CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./code.module.css";

/** Deeper than this everything begins folded. */
const openDepth = 2;
const mostShown = 200;

/** A JSON value as a tree that folds, with a button that copies the whole. */
export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = JSON.stringify(value, null, 2) ?? "";
  return (
    <div className={classes.block}>
      <div className={classes.tree} style={{ padding: "8px 40px 8px 12px" }}>
        <Node value={value} depth={0} />
      </div>
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

interface NodeProps {
  readonly name?: string;
  readonly value: unknown;
  readonly depth: number;
}

function Node({ name, value, depth }: NodeProps) {
  const key = name === undefined ? null : <span className={classes.key}>{name}: </span>;
  if (typeof value !== "object" || value === null)
    return (
      <div>
        {key}
        <Leaf value={value} />
      </div>
    );
  return <Branch label={key} value={value} depth={depth} />;
}

function Leaf({ value }: { readonly value: unknown }) {
  if (typeof value === "string") return <span className={classes.text}>“{value}”</span>;
  if (typeof value === "number") return <span className={classes.number}>{value}</span>;
  return <span className={classes.faint}>{String(value)}</span>;
}

interface BranchProps {
  readonly label: React.ReactNode;
  readonly value: object;
  readonly depth: number;
}

function Branch({ label, value, depth }: BranchProps) {
  const [isOpen, setOpen] = useState(depth < openDepth);
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  const size = isList ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0)
    return (
      <div>
        {label}
        <span className={classes.faint}>{isList ? "[]" : "{}"}</span>
      </div>
    );
  return (
    <div>
      <UnstyledButton className={classes.toggle} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {label}
        <span className={classes.faint}>{isOpen ? size : `${size} …`}</span>
      </UnstyledButton>
      {isOpen && (
        <div className={classes.branch}>
          {entries.slice(0, mostShown).map(([name, entry]) => (
            <Node key={name} name={name} value={entry} depth={depth + 1} />
          ))}
          {entries.length > mostShown && (
            <span className={classes.faint}>… {entries.length - mostShown} more; the copy has them all</span>
          )}
        </div>
      )}
    </div>
  );
}
