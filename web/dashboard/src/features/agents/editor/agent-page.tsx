import { ActionIcon, Badge, Menu } from "@mantine/core";
import { IconCircleCheck, IconCircleOff, IconCopy, IconDots, IconStar, IconTrash } from "@tabler/icons-react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { getGetAgentQueryKey, useGetAgent } from "../../../api/generated/agents/agents";
import type { Agent } from "../../../api/generated/model";
import { askAgain } from "../../../api/kept-answers.ts";
import { queryClient } from "../../../api/query-client.ts";
import { CopyId } from "../../../components/copy-id.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { Page } from "../../../components/page.tsx";
import { Pill } from "../../../components/pill.tsx";
import { sayDone } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { changeAgent, removeAgent } from "../actions/agent-actions.tsx";
import { AgentEditor } from "./agent-editor.tsx";
import { EditorSkeleton } from "./editor-skeleton.tsx";
import { toValues } from "./values.ts";

const route = getRouteApi("/app/agents/$agentId");

/** One agent: its settings and a test of them. */
export function AgentPage() {
  const { agentId } = route.useParams();
  const mayWrite = useMe().can("write");
  const { data: agent, isPending, error, refetch } = useGetAgent(agentId);
  if (isPending) return <EditorSkeleton title="Agent" />;
  if (agent === undefined)
    return (
      <Page title="Agent" crumbs={[{ label: "Agents", link: { to: "/agents" } }]}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );

  function onSaved(saved: Agent): void {
    queryClient.setQueryData(getGetAgentQueryKey(saved.id), saved);
    askAgain("/v1/agents");
    askAgain("/v1/usage");
    sayDone(`“${saved.name}” saved.`);
  }

  return (
    <AgentEditor
      key={agent.id}
      agent={agent}
      title={agent.name}
      initialValues={toValues(agent)}
      beside={<Marks agent={agent} />}
      actions={mayWrite && <Actions agent={agent} />}
      onSaved={onSaved}
    />
  );
}

function Marks({ agent: { id, isDefault, enabled } }: { readonly agent: Agent }) {
  return (
    <>
      {isDefault && (
        <Badge size="sm" variant="light" radius="sm" tt="none" flex="none">
          Default
        </Badge>
      )}
      {!enabled && (
        <Pill tone="grey" icon={IconCircleOff}>
          Disabled
        </Pill>
      )}
      <CopyId id={id} />
    </>
  );
}

function Actions({ agent }: { readonly agent: Agent }) {
  const navigate = useNavigate();
  const leave = () => navigate({ to: "/agents", ignoreBlocker: true });
  const toggle = () => void changeAgent(agent, { enabled: !agent.enabled });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="Actions">
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!agent.isDefault && (
          <Menu.Item
            leftSection={<IconStar size={14} aria-hidden />}
            onClick={() => void changeAgent(agent, { isDefault: true })}
          >
            Make default
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={
            agent.enabled ? (
              <IconCircleOff size={14} aria-hidden />
            ) : (
              <IconCircleCheck size={14} aria-hidden />
            )
          }
          onClick={toggle}
        >
          {agent.enabled ? "Disable" : "Enable"}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={14} aria-hidden />}
          onClick={() => void navigate({ to: "/agents/new", search: { copyOf: agent.id } })}
        >
          Copy
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTrash size={14} aria-hidden />}
          color="red"
          onClick={() => void removeAgent(agent, leave)}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
