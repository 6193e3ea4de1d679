import { NativeSelect } from "@mantine/core";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useMe } from "../../session/session.ts";
import { type Section, sections } from "./sections.ts";
import classes from "./settings-frame.module.css";

/** The sections to the left, on a narrow screen as a choice above, and the open one. */
export function SettingsFrame() {
  const me = useMe();
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const offered = sections.filter(({ needs }) => me.can(needs));
  const current = offered.find(({ to }) => path === to || path.startsWith(`${to}/`));
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
          data={offered.map(({ label, to }) => ({ label, value: to }))}
          onChange={({ currentTarget }) => {
            const section = offered.find(({ to }) => to === currentTarget.value);
            if (section !== undefined) void navigate({ to: section.to });
          }}
        />
      </div>
      <div className={classes.content}>
        <Outlet />
      </div>
    </div>
  );
}

function groupsOf(offered: readonly Section[]): readonly (readonly [string, readonly Section[]])[] {
  return [...Map.groupBy(offered, ({ group }) => group)];
}
