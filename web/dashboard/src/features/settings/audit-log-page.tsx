import { Modal } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { cursorQuery } from "../../api/cursor-query.ts";
import { useListApiKeys } from "../../api/generated/api-keys/api-keys";
import { useListAuditLogInfinite } from "../../api/generated/audit-log/audit-log";
import { useListMembers } from "../../api/generated/members/members";
import type { AuditEntry } from "../../api/generated/model";
import { JsonView } from "../../components/code/json-view.tsx";
import { type Column, DataTable, useCursorList } from "../../components/data-table/index.ts";
import { NoMatches } from "../../components/no-matches.tsx";
import { Page } from "../../components/page.tsx";
import { ExactTime, RelativeTime } from "../../components/time.tsx";
import { known } from "../../routes/search.ts";
import { useTimezone } from "../../session/session.ts";
import { AuditFilters } from "./audit-filters.tsx";
import classes from "./audit-log-page.module.css";
import { Target } from "./audit-target.tsx";
import { actorName, describeAction, describeChanges, kindWord, toInstants } from "./audit-words.ts";

const route = getRouteApi("/app/settings/audit-log");

/** Who changed what, and when. */
export function AuditLogPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const timezone = useTimezone();
  const { data: members } = useListMembers({ limit: 100 });
  const { data: keys } = useListApiKeys({ limit: 100 });
  const names = useMemo(
    () => new Map([...(members?.items ?? []), ...(keys?.items ?? [])].map(({ id, name }) => [id, name])),
    [members, keys],
  );
  const { from, to, ...exact } = search;
  const rows = useCursorList(
    useListAuditLogInfinite(
      { ...exact, ...toInstants({ from, to }, timezone), limit: 50 },
      { query: { ...cursorQuery, placeholderData: keepPreviousData } },
    ),
  );
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const columns = useMemo(() => columnsOf(names), [names]);
  const filter = (next: typeof search) =>
    void navigate({ search: known({ ...search, ...next }), replace: true });
  return (
    <Page title="Audit log" bar={<AuditFilters search={search} names={names} onChange={filter} />}>
      <DataTable
        label="Audit log"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        rowLabel={({ action }) => describeAction(action)}
        onOpen={setOpen}
        empty={
          <NoMatches
            noun="entry"
            icon={IconHistory}
            onClear={() => void navigate({ search: {}, replace: true })}
          >
            Every change of settings, tasks, agents, contacts and members is written down here.
          </NoMatches>
        }
      />
      <Modal
        opened={open !== null}
        onClose={() => setOpen(null)}
        title={open === null ? undefined : describeAction(open.action)}
        size="lg"
      >
        {open !== null && <Entry entry={open} names={names} />}
      </Modal>
    </Page>
  );
}

function Entry({
  entry,
  names,
}: {
  readonly entry: AuditEntry;
  readonly names: ReadonlyMap<string, string>;
}) {
  return (
    <div className={classes.entry}>
      <div>
        {actorName(entry.actor, names)}, <ExactTime at={entry.at} />
      </div>
      <div>
        {kindWord(entry.target.kind)} <Target entry={entry} names={names} />
      </div>
      {entry.action === "contact.import" && <div>{describeChanges(entry)}</div>}
      <div className={classes.request}>
        {entry.action}
        {entry.requestId !== null && `, request ${entry.requestId}`}
      </div>
      <JsonView
        label="changes"
        value={Object.fromEntries(
          Object.entries(entry.changes).map(([field, [before, after]]) => [field, { before, after }]),
        )}
      />
    </div>
  );
}

function columnsOf(names: ReadonlyMap<string, string>): readonly Column<AuditEntry>[] {
  return [
    { key: "what", header: "What", render: ({ action }) => describeAction(action) },
    {
      key: "target",
      header: "Object",
      width: "24%",
      from: 600,
      render: (entry) => <Target entry={entry} names={names} />,
    },
    {
      key: "changes",
      header: "Changes",
      from: 900,
      render: (entry) => <Told entry={entry} />,
    },
    { key: "who", header: "Who", width: 132, render: ({ actor }) => actorName(actor, names) },
    { key: "at", header: "When", width: 104, render: ({ at }) => <RelativeTime at={at} /> },
  ];
}

function Told({ entry }: { readonly entry: AuditEntry }) {
  const words = describeChanges(entry);
  return words === "" ? "–" : <span title={words}>{words}</span>;
}
