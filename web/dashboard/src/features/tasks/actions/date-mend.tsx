import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Task } from "../../../api/generated/model";

interface DateMendProps {
  readonly task: Pick<Task, "contactId" | "name">;
  readonly size: "compact-xs" | "compact-sm";
  readonly className?: string | undefined;
}

/** To where a contact gets the date that a task runs by. */
export function DateMend({ task: { contactId, name }, size, className }: DateMendProps) {
  const look = { variant: "default", size, ...(className === undefined ? {} : { className }) } as const;
  if (contactId === null)
    return (
      <Button
        {...look}
        aria-label={`Open contacts for ${name}`}
        renderRoot={(props) => <Link to="/contacts" {...props} />}
      >
        Open contacts
      </Button>
    );
  return (
    <Button
      {...look}
      aria-label={`Set the date for ${name}`}
      renderRoot={(props) => <Link to="/contacts/$contactId/edit" params={{ contactId }} {...props} />}
    >
      Set the date
    </Button>
  );
}
