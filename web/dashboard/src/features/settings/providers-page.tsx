import { Button } from "@mantine/core";
import { IconBrain, IconPencil, IconPlayerPlay, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { cursorQuery } from "../../api/cursor-query.ts";
import type { ModelProvider } from "../../api/generated/model";
import {
  createModelProvider,
  deleteModelProvider,
  useListModelProvidersInfinite,
} from "../../api/generated/model-providers/model-providers";
import { askAgain } from "../../api/kept-answers.ts";
import { ask } from "../../components/ask.tsx";
import { type Column, DataTable, type RowAction, useCursorList } from "../../components/data-table/index.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page } from "../../components/page.tsx";
import { sayDone, sayFailed } from "../../components/say.tsx";
import { RelativeTime } from "../../components/time.tsx";
import { useMe } from "../../session/session.ts";
import { ProviderDialog } from "./provider-dialog.tsx";
import { kindLabel } from "./provider-kinds.ts";
import { ProviderTrialDialog } from "./provider-trial-dialog.tsx";

const collection = "/v1/model-providers";

/** Which dialog is open, and for whom; `edit` without a provider makes one. */
type Open =
  | { readonly dialog: "edit"; readonly provider?: ModelProvider }
  | { readonly dialog: "test"; readonly provider: ModelProvider };

/** Where models are called. */
export function ProvidersPage() {
  const isAdmin = useMe().can("admin");
  const rows = useCursorList(useListModelProvidersInfinite({ limit: 50 }, { query: cursorQuery }));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const rowActions = useMemo(() => (isAdmin ? actionsOf(setOpen) : []), [isAdmin]);
  const create = isAdmin && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setOpen({ dialog: "edit" })}>
      New provider
    </Button>
  );
  return (
    <Page title="Model providers" actions={create}>
      <DataTable
        label="Model providers"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        rowLabel={({ name }) => name}
        rowActions={rowActions}
        {...(isAdmin ? { onOpen: (provider: ModelProvider) => setOpen({ dialog: "edit", provider }) } : {})}
        empty={
          <EmptyState
            icon={IconBrain}
            title="No model provider yet"
            actions={
              isAdmin && (
                <>
                  {create}
                  <Button variant="default" onClick={() => void addSandbox()}>
                    Use the sandbox
                  </Button>
                </>
              )
            }
          >
            Agents think with a model: OpenAI’s, Anthropic’s, Google’s, or one on a server of your own. The
            sandbox needs no key and follows fixed rules.
          </EmptyState>
        }
      />
      {open?.dialog === "edit" && (
        <ProviderDialog
          provider={open.provider}
          onClose={close}
          onSaved={(saved, isNew) => {
            askAgain(collection);
            // Whether the key and the address are right shows only when a model is called.
            setOpen(isNew ? { dialog: "test", provider: saved } : null);
          }}
        />
      )}
      {open?.dialog === "test" && <ProviderTrialDialog provider={open.provider} onClose={close} />}
    </Page>
  );
}

const columns: readonly Column<ModelProvider>[] = [
  { key: "name", header: "Name", render: ({ name }) => name },
  { key: "kind", header: "Kind", width: 148, render: ({ kind }) => kindLabel(kind) },
  { key: "url", header: "Base URL", from: 900, render: ({ baseUrl }) => baseUrl ?? "–" },
  {
    key: "key",
    header: "Key",
    width: 84,
    from: 600,
    render: ({ kind, hasApiKey }) => (kind === "sandbox" ? "–" : hasApiKey ? "Set" : "None"),
  },
  {
    key: "most",
    header: "Calls at once",
    width: 112,
    align: "right",
    from: 1200,
    render: ({ maxConcurrent }) => maxConcurrent ?? "Any",
  },
  {
    key: "created",
    header: "Created",
    width: 104,
    from: 1200,
    render: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
];

function actionsOf(open: (what: Open) => void): readonly RowAction<ModelProvider>[] {
  return [
    {
      key: "test",
      label: "Test",
      icon: <IconPlayerPlay size={14} aria-hidden />,
      run: (provider) => open({ dialog: "test", provider }),
    },
    {
      key: "edit",
      label: "Edit",
      icon: <IconPencil size={14} aria-hidden />,
      run: (provider) => open({ dialog: "edit", provider }),
    },
    {
      key: "delete",
      label: "Delete",
      icon: <IconTrash size={14} aria-hidden />,
      isDangerous: true,
      run: (provider) => void remove(provider),
    },
  ];
}

async function addSandbox(): Promise<void> {
  try {
    await createModelProvider({ kind: "sandbox", name: kindLabel("sandbox") });
    sayDone("The sandbox is there: agents can use it.");
  } catch (error) {
    sayFailed("The sandbox is not there", error);
  }
  askAgain(collection);
}

async function remove({ id, name }: ModelProvider): Promise<void> {
  const isSure = await ask({
    title: `Delete “${name}”?`,
    text: "Its key goes with it. A provider that an agent uses is not deleted.",
    confirm: "Delete",
    isDangerous: true,
  });
  if (!isSure) return;
  try {
    await deleteModelProvider(id);
    sayDone(`“${name}” deleted.`);
  } catch (error) {
    sayFailed(`“${name}” not deleted`, error);
  }
  askAgain(collection);
}
