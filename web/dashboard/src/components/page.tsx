import { Group, Title } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Fragment, type ReactNode, useEffect } from "react";
import classes from "./page.module.css";
import { setPageTitle } from "./page-title.ts";

export interface Crumb {
  readonly label: string;
  readonly link: LinkProps;
}

interface PageProps {
  /** Also the browser tab's, unless `tabTitle` says more. */
  readonly title: string;
  readonly tabTitle?: string;
  /** The way here, outermost first. */
  readonly crumbs?: readonly Crumb[];
  /** Beside the title: pills, ids. */
  readonly beside?: ReactNode;
  /** At the right end of the head. */
  readonly actions?: ReactNode;
  /** Under the head, above what scrolls: filters or tabs. */
  readonly bar?: ReactNode;
  /** `fill`: the content scrolls by itself (tables, split views); `flow`: the page scrolls, as forms do. */
  readonly layout?: "fill" | "flow";
  /** True: on a narrow screen head and bar give their place to the content, which has a head of its own. */
  readonly isContentFirst?: boolean;
  readonly children: ReactNode;
}

/** The frame of every page: crumbs, title, actions, a bar, the content. */
export function Page(props: PageProps) {
  const { title, tabTitle = title, crumbs = [], beside, actions, bar, children } = props;
  const { layout = "fill", isContentFirst = false } = props;
  useEffect(() => setPageTitle(tabTitle), [tabTitle]);
  return (
    <div className={classes.page} data-content-first={isContentFirst || undefined}>
      <header className={classes.head}>
        <div className={classes.title}>
          {crumbs.map(({ label, link }) => (
            <Fragment key={label}>
              <Link {...link} className={classes.crumb}>
                {label}
              </Link>
              <IconChevronRight size={14} className={classes.arrow} aria-hidden />
            </Fragment>
          ))}
          <Title order={1} className={classes.name} title={title}>
            {title}
          </Title>
          {beside}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </header>
      {bar !== undefined && <div className={classes.bar}>{bar}</div>}
      <div className={classes.content} data-layout={layout}>
        {children}
      </div>
    </div>
  );
}
