import { NativeSelect } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { useMe } from "../../session/session.ts";
import { type Section, sections } from "./sections.ts";
import classes from "./settings-frame.module.css";

/** The sections to the left, on a narrow screen as a choice above, and the open one. */
export function SettingsFrame() {
  const me = useMe();
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const offered = sections.filter(({ needs }) => me.can(needs));
  const current = sections.find(({ to }) => path === to || path.startsWith(`${to}/`));
  return (
    <div className={classes.frame}>
      <nav className={classes.rail} aria-label="Settings">
        {groupsOf(offered).map(([group, entries]) => (
          <div key={group}>
            <div className={classes.group}>{group}</div>
            {entries.map(({ label, to }) => (
              <Link key={to} to={to} className={classes.link} activeOptions={{ includeSearch: false }}>
                {label}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <div className={classes.narrow}>
        <NativeSelect
          aria-label="Section of the settings"
          size="sm"
          value={current?.to ?? ""}
          data={(current === undefined || offered.includes(current) ? offered : [...offered, current]).map(
            ({ label, to }) => ({ label, value: to }),
          )}
          onChange={({ currentTarget }) => {
            const section = offered.find(({ to }) => to === currentTarget.value);
            if (section !== undefined) void navigate({ to: section.to });
          }}
        />
      </div>
      <div className={classes.content}>
        {current === undefined || offered.includes(current) ? <Outlet /> : <Closed section={current} />}
      </div>
    </div>
  );
}

/** Somebody shared the address of a section with a member whose role does not show it. */
function Closed({ section }: { readonly section: Section }) {
  return (
    <Page title={section.label}>
      <div className={classes.closed}>
        <EmptyState icon={IconLock} title="For admins">
          Your role does not show this section. Owners and admins can change it under Members.
        </EmptyState>
      </div>
    </Page>
  );
}

function groupsOf(offered: readonly Section[]): readonly (readonly [string, readonly Section[]])[] {
  return [...Map.groupBy(offered, ({ group }) => group)];
}
