import { Button, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMe } from "../../../session/session.ts";
import classes from "./calendar.module.css";

interface NothingProps {
  /** "November 2026". */
  readonly title: string;
  readonly isPast: boolean;
  readonly isFiltered: boolean;
}

/** Above days without runs: why there are none, and what would change it. */
export function Nothing({ title, isPast, isFiltered }: NothingProps) {
  return (
    <div className={classes.nothing}>
      <Title order={2} size="h3">
        {isPast ? `${title} has passed` : `No runs in ${title}`}
      </Title>
      <Text size="sm" c="dimmed">
        {isPast
          ? "The calendar shows what is to come. What ran is among the executions."
          : "Active tasks with a schedule show here; paused ones and those on demand have no run to come."}
      </Text>
      {!isPast && <WayOut isFiltered={isFiltered} />}
    </div>
  );
}

function WayOut({ isFiltered }: { readonly isFiltered: boolean }) {
  const mayWrite = useMe().can("write");
  if (isFiltered)
    return (
      <Button variant="default" ml="auto" renderRoot={(props) => <Link to="/calendar" {...props} />}>
        Show all agents
      </Button>
    );
  if (!mayWrite) return null;
  return (
    <Button ml="auto" renderRoot={(props) => <Link to="/tasks/new" {...props} />}>
      New task
    </Button>
  );
}
