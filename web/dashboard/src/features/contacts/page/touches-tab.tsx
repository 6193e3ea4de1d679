import { Anchor, Button, Skeleton, Stack } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useState } from "react";
import { cursorQuery } from "../../../api/cursor-query.ts";
import { useListUpcomingTouches } from "../../../api/generated/contacts/contacts";
import { useListExecutionsInfinite } from "../../../api/generated/executions/executions";
import type { Contact, Execution, UpcomingTouchesItemsItem } from "../../../api/generated/model";
import { DataTable, useCursorList } from "../../../components/data-table/index.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { RelativeTime } from "../../../components/time.tsx";
import { pastColumns } from "./past-columns.tsx";
import classes from "./touches-tab.module.css";

const shownAtFirst = 5;

/** When the contact will be written to, and what was done for it. */
export function TouchesTab({ contact }: { readonly contact: Contact }) {
  const past = useCursorList<Execution>(
    useListExecutionsInfinite({ contactId: contact.id, limit: 50 }, { query: cursorQuery }),
  );
  return (
    <>
      <section className={classes.coming} aria-label="Coming">
        <h2 className={classes.heading}>Coming</h2>
        <Coming contact={contact} />
      </section>
      <div className={classes.past}>
        <h2 className={classes.heading}>Past</h2>
      </div>
      <DataTable
        label="Executions"
        rows={past}
        columns={pastColumns}
        rowId={idOf}
        rowLabel={idOf}
        linkOf={linkOf}
        empty={
          <EmptyState icon={IconRoute} title="Nothing was done yet">
            Each time an agent works for this contact, whether it wrote or not, is listed here.
          </EmptyState>
        }
      />
    </>
  );
}

const idOf = ({ id }: Execution) => id;
const linkOf = ({ id }: Execution): LinkProps => ({
  to: "/executions/$executionId",
  params: { executionId: id },
});

function Coming({ contact }: { readonly contact: Contact }) {
  const { data, error, refetch } = useListUpcomingTouches(contact.id);
  const [isWhole, setWhole] = useState(false);
  if (data === undefined)
    return error === null ? <Waiting /> : <ErrorState error={error} onRetry={() => void refetch()} />;
  const { items, truncated } = data;
  if (items.length === 0)
    return <p className={classes.none}>No task has a run for this contact, and no message is held.</p>;
  const shown = isWhole ? items : items.slice(0, shownAtFirst);
  return (
    <>
      <ul className={classes.list}>
        {shown.map((touch) => (
          <li key={`${touch.kind} ${touch.taskId} ${touch.messageId} ${touch.at}`} className={classes.item}>
            <RelativeTime at={touch.at} />
            <span>
              <Words touch={touch} />
            </span>
          </li>
        ))}
      </ul>
      {shown.length < items.length && (
        <Button variant="subtle" size="compact-xs" onClick={() => setWhole(true)}>
          Show all {items.length}
        </Button>
      )}
      {truncated && <p className={classes.none}>There is more to come than is listed here.</p>}
    </>
  );
}

const why: Readonly<Record<UpcomingTouchesItemsItem["kind"], string>> = {
  task: "",
  audience_task: "its audience includes the contact now",
  relative: "by a date of the contact",
  held_message: "waits until then at most",
};

function Words({ touch }: { readonly touch: UpcomingTouchesItemsItem }) {
  const { kind, taskId, taskName, conversationId, messageId } = touch;
  return (
    <>
      {kind === "held_message" && conversationId !== null && (
        <Anchor
          fz="inherit"
          renderRoot={(props) => (
            <Link
              to="/conversations/$conversationId"
              params={{ conversationId }}
              search={messageId === null ? {} : { message: messageId }}
              {...props}
            />
          )}
        >
          A held message
        </Anchor>
      )}
      {kind === "held_message" && taskId !== null && " of "}
      {taskId !== null && (
        <Anchor
          fz="inherit"
          renderRoot={(props) => <Link to="/tasks/$taskId" params={{ taskId }} {...props} />}
        >
          {taskName ?? "a task"}
        </Anchor>
      )}
      {why[kind] !== "" && <span className={classes.why}> · {why[kind]}</span>}
    </>
  );
}

function Waiting() {
  return (
    <Stack gap={12} mt={8} aria-hidden>
      {["46%", "62%", "58%"].map((width) => (
        <Skeleton key={width} height={10} width={width} radius="xl" />
      ))}
    </Stack>
  );
}
