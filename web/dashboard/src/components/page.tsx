import { Group, Title } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Fragment, type ReactNode, useEffect } from "react";
import classes from "./page.module.css";

interface Crumb {
  readonly label: string;
  readonly link: LinkProps;
}

interface PageProps {
  /** Also the browser tab's. */
  readonly title: string;
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
  readonly children: ReactNode;
}

/** The frame of every page: crumbs, title, actions, a bar, the content. */
export function Page({ title, crumbs = [], beside, actions, bar, layout = "fill", children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Errand`;
  }, [title]);
  return (
    <div className={classes.page}>
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
