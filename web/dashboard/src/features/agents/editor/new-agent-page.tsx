import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { getGetAgentQueryKey, useGetAgent } from "../../../api/generated/agents/agents";
import type { Agent } from "../../../api/generated/model";
import { useListModelProviders } from "../../../api/generated/model-providers/model-providers";
import { askAgain } from "../../../api/kept-answers.ts";
import { queryClient } from "../../../api/query-client.ts";
import { ErrorState } from "../../../components/error-state.tsx";
import { NotAllowed } from "../../../components/not-allowed.tsx";
import { Page } from "../../../components/page.tsx";
import { sayDone } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { AgentEditor } from "./agent-editor.tsx";
import { EditorSkeleton } from "./editor-skeleton.tsx";
import { type AgentValues, noValues, toCopy } from "./values.ts";

const route = getRouteApi("/app/agents/new");

/** A new agent, empty or begun as a copy of another. */
export function NewAgentPage() {
  const mayWrite = useMe().can("write");
  const { copyOf } = route.useSearch();
  const navigate = useNavigate();
  const original = useGetAgent(copyOf ?? "", { query: { enabled: copyOf !== undefined } });
  const providers = useListModelProviders({ limit: 100 });
  const query = copyOf === undefined ? providers : original;
  if (!mayWrite)
    return (
      <Page title="New agent">
        <NotAllowed what="make agents" />
      </Page>
    );
  if (query.isPending) return <EditorSkeleton title="New agent" />;
  if (query.error !== null)
    return (
      <Page title="New agent">
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Page>
    );

  function onSaved(agent: Agent): void {
    queryClient.setQueryData(getGetAgentQueryKey(agent.id), agent);
    askAgain("/v1/agents");
    sayDone(`“${agent.name}” created.`);
    void navigate({ to: "/agents/$agentId", params: { agentId: agent.id } });
  }

  return (
    <AgentEditor
      key={copyOf ?? "new"}
      agent={null}
      title="New agent"
      initialValues={beginning()}
      onSaved={onSaved}
      onCancel={() => void navigate({ to: "/agents" })}
    />
  );

  /** The only provider is chosen already. */
  function beginning(): AgentValues {
    if (copyOf !== undefined && original.data !== undefined) return toCopy(original.data);
    const [only, ...others] = providers.data?.items ?? [];
    if (only === undefined || others.length > 0) return noValues;
    return { ...noValues, modelProviderId: only.id, model: only.kind === "sandbox" ? "sandbox" : "" };
  }
}
