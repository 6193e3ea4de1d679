import { Button, Code } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBan, IconKey, IconPlus } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { cursorQuery } from "../../api/cursor-query.ts";
import { revokeApiKey, useListApiKeysInfinite } from "../../api/generated/api-keys/api-keys";
import type { ApiKey, CreateApiKey201 } from "../../api/generated/model";
import { askAgain } from "../../api/kept-answers.ts";
import { ask } from "../../components/ask.tsx";
import { curlText } from "../../components/code/curl-text.ts";
import { type Column, DataTable, type RowAction, useCursorList } from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { sayDone, sayFailed } from "../../components/say.tsx";
import { RelativeTime } from "../../components/time.tsx";
import { ApiKeyDialog } from "./api-key-dialog.tsx";
import { KeyState } from "./key-state.tsx";
import { Once } from "./once.tsx";

const collection = "/v1/api-keys";

/** The keys of programs. Each is shown once, when it is made. */
export function ApiKeysPage() {
  const rows = useCursorList(useListApiKeysInfinite({ limit: 50 }, { query: cursorQuery }));
  const [isOpen, dialog] = useDisclosure(false);
  const [made, setMade] = useState<CreateApiKey201 | null>(null);
  const rowActions = useMemo(() => [revoking], []);
  const create = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={dialog.open}>
      New API key
    </Button>
  );
  return (
    <Page title="API keys" actions={create}>
      {made !== null && (
        <Once
          title={`“${made.name}” is made`}
          text="Copy the key now: it is stored as a hash and cannot be shown again."
          value={made.key}
          what="key"
          onDone={() => setMade(null)}
        >
          <Code block>{tryLine(made.key)}</Code>
        </Once>
      )}
      <DataTable
        label="API keys"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        rowLabel={({ name }) => name}
        rowActions={rowActions}
        empty={
          <EmptyState icon={IconKey} title="No API keys yet" actions={create}>
            A program needs one to use the API: to make tasks, to pass in contacts, to read what agents did.
          </EmptyState>
        }
      />
      <ApiKeyDialog
        isOpen={isOpen}
        onClose={dialog.close}
        onMade={(key) => {
          setMade(key);
          askAgain(collection);
        }}
      />
    </Page>
  );
}

/** A call to try the key with; here it is in the line, since this is the one moment in which it is known. */
function tryLine(key: string): string {
  return curlText({ method: "GET", path: "/v1/workspace" }, location.origin).replace("$ERRAND_API_KEY", key);
}

const columns: readonly Column<ApiKey>[] = [
  { key: "name", header: "Name", render: ({ name }) => name },
  { key: "hint", header: "Key", width: 84, from: 600, render: ({ hint }) => <Code>…{hint}</Code> },
  { key: "scope", header: "Scope", width: 84, render: ({ scope }) => scope },
  { key: "state", header: "State", width: 116, render: (key) => <KeyState apiKey={key} /> },
  {
    key: "used",
    header: "Last used",
    width: 112,
    from: 600,
    render: ({ lastUsedAt }) => <LastUse at={lastUsedAt} />,
  },
  {
    key: "expires",
    header: "Expires",
    width: 112,
    from: 900,
    render: ({ expiresAt }) => <Expiry at={expiresAt} />,
  },
  {
    key: "created",
    header: "Created",
    width: 112,
    from: 1200,
    render: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
];

function LastUse({ at }: { readonly at: string | null }) {
  return at === null ? <span>Never</span> : <RelativeTime at={at} />;
}

function Expiry({ at }: { readonly at: string | null }) {
  return at === null ? <span>Never</span> : <RelativeTime at={at} />;
}

const revoking: RowAction<ApiKey> = {
  key: "revoke",
  label: "Revoke",
  icon: <IconBan size={14} aria-hidden />,
  isDangerous: true,
  isOffered: ({ revokedAt }) => revokedAt === null,
  run: (key) => void revoke(key),
};

async function revoke({ id, name }: ApiKey): Promise<void> {
  const isSure = await ask({
    title: `Revoke “${name}”?`,
    text: "Programs that use it are refused within seconds. This cannot be undone.",
    confirm: "Revoke",
    isDangerous: true,
  });
  if (!isSure) return;
  try {
    await revokeApiKey(id);
    sayDone(`“${name}” revoked.`);
  } catch (error) {
    sayFailed(`“${name}” not revoked`, error);
  }
  askAgain(collection);
}
