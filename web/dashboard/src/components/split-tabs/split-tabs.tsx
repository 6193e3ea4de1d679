import { Tabs } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import { useIsWide } from "../use-is-wide.ts";
import classes from "./split-tabs.module.css";

interface Part<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly content: ReactNode;
}

interface TabOf<T extends string> extends Part<T> {
  /** True where the content scrolls by itself, as tables do. */
  readonly isFilling?: boolean;
}

interface SplitTabsProps<T extends string> {
  /** What stands to the left of the tabs; on a narrow page it is the first of them. */
  readonly side: Part<T>;
  readonly tabs: readonly TabOf<T>[];
  /** The one in the address; undefined: the first. */
  readonly wanted: T | undefined;
  /** The first where the page is wide, or narrow. */
  readonly first: { readonly wide: T; readonly narrow: T };
  onChoose(tab: T): void;
}

/** Narrower than this, two sides crowd each other. */
const leastWidthPx = 760;

/** The two sides of an object's page: what it is to the left, what happened to the right. */
export function SplitTabs<T extends string>({ side, tabs, wanted, first, onChoose }: SplitTabsProps<T>) {
  const root = useRef<HTMLDivElement>(null);
  const isWide = useIsWide(root, leastWidthPx);
  if (isWide === undefined) return <div ref={root} className={classes.split} />;
  const shown: readonly TabOf<T>[] = isWide ? tabs : [side, ...tabs];
  const found = shown.find(({ value }) => value === wanted);
  const choose = (next: string | null) => {
    const chosen = shown.find(({ value }) => value === next);
    if (chosen !== undefined) onChoose(chosen.value);
  };
  return (
    <div ref={root} className={classes.split} data-wide={isWide || undefined}>
      {isWide && (
        <aside className={classes.side} aria-label={side.label}>
          {side.content}
        </aside>
      )}
      <div className={classes.main}>
        <Tabs
          value={found?.value ?? (isWide ? first.wide : first.narrow)}
          onChange={choose}
          keepMounted={false}
          classNames={{ root: classes.tabs, list: classes.list, tab: classes.tab }}
        >
          <Tabs.List>
            {shown.map(({ value, label }) => (
              <Tabs.Tab key={value} value={value}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {shown.map(({ value, content, isFilling = false }) => (
            <Tabs.Panel key={value} value={value} className={isFilling ? classes.panel : classes.scroll}>
              {content}
            </Tabs.Panel>
          ))}
        </Tabs>
      </div>
    </div>
  );
}
