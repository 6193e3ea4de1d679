import { Anchor, Modal, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useListAuditLogInfinite } from "../../api/generated/audit-log/audit-log";
import { useListMembers } from "../../api/generated/members/members";
import type { AuditEntry } from "../../api/generated/model";
import { JsonView } from "../../components/code/json-view.tsx";
import { shortId } from "../../components/copy-id.tsx";
import { type Column, cursorQuery, DataTable, useCursorList } from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { linkOfId } from "../../components/object-link.ts";
import { Page } from "../../components/page.tsx";
import { ExactTime, RelativeTime } from "../../components/time.tsx";
import { known } from "../../routes/search.ts";
import classes from "./audit-log-page.module.css";
import { actorName, describeAction } from "./audit-words.ts";

const route = getRouteApi("/app/settings/audit-log");

/** Who changed what, and when. */
export function AuditLogPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: members } = useListMembers({ limit: 100 });
  const names = useMemo(() => new Map(members?.items.map(({ id, name }) => [id, name])), [members]);
  const rows = useCursorList(
    useListAuditLogInfinite(
      { ...search, limit: 50 },
      { query: { ...cursorQuery, placeholderData: keepPreviousData } },
    ),
  );
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const columns = useMemo(() => columnsOf(names), [names]);
  const filter = (next: typeof search) =>
    void navigate({ search: known({ ...search, ...next }), replace: true });
  return (
    <Page
      title="Audit log"
      bar={
        <div className={classes.bar}>
          <Typed
            label="Action"
            placeholder="task.update"
            value={search.action}
            onChange={(action) => filter({ action })}
          />
          <Typed
            label="Kind of object"
            placeholder="task"
            value={search.targetKind}
            onChange={(targetKind) => filter({ targetKind })}
          />
          <Select
            size="xs"
            w={200}
            aria-label="By member"
            placeholder="By anybody"
            clearable
            searchable
            clearButtonProps={{ "aria-label": "By anybody" }}
            data={[...names].map(([value, label]) => ({ value, label }))}
            value={search.actorId ?? null}
            onChange={(actorId) => filter({ actorId: actorId ?? undefined })}
          />
        </div>
      }
    >
      <DataTable
        label="Audit log"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        rowLabel={({ action }) => action}
        onOpen={setOpen}
        empty={
          <EmptyState icon={IconHistory} title="Nothing here">
            Every change of settings, tasks, agents, contacts and members is written down here. No entry
            matches these filters.
          </EmptyState>
        }
      />
      <Modal opened={open !== null} onClose={() => setOpen(null)} title={open?.action} size="lg">
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
        {entry.target.kind} <Target entry={entry} />
      </div>
      {entry.requestId !== null && <div>Request {entry.requestId}</div>}
      <JsonView
        label="changes"
        value={Object.fromEntries(
          Object.entries(entry.changes).map(([field, [before, after]]) => [field, { before, after }]),
        )}
      />
    </div>
  );
}

interface TypedProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string | undefined;
  onChange(value: string | undefined): void;
}

/** A filter that takes an exact word. */
function Typed({ label, placeholder, value, onChange }: TypedProps) {
  const tell = useDebouncedCallback(
    (text: string) => onChange(text.trim() === "" ? undefined : text.trim()),
    300,
  );
  return (
    <TextInput
      size="xs"
      w={160}
      aria-label={label}
      placeholder={`${label}: ${placeholder}`}
      defaultValue={value}
      onChange={({ currentTarget }) => tell(currentTarget.value)}
    />
  );
}

function columnsOf(names: ReadonlyMap<string, string>): readonly Column<AuditEntry>[] {
  return [
    { key: "what", header: "What", render: ({ action }) => describeAction(action) },
    { key: "target", header: "Object", width: 180, from: 600, render: (entry) => <Target entry={entry} /> },
    {
      key: "fields",
      header: "Fields",
      from: 900,
      render: ({ changes }) => Object.keys(changes).join(", ") || "–",
    },
    { key: "who", header: "Who", width: 160, render: ({ actor }) => actorName(actor, names) },
    { key: "at", header: "When", width: 104, render: ({ at }) => <RelativeTime at={at} /> },
  ];
}

function Target({ entry: { target } }: { readonly entry: AuditEntry }) {
  if (target.id === null) return <span>–</span>;
  const link = linkOfId(target.id);
  if (link === undefined) return <span>{shortId(target.id)}</span>;
  return (
    <Anchor fz="inherit" renderRoot={(props) => <Link {...link} {...props} />}>
      {shortId(target.id)}
    </Anchor>
  );
}
