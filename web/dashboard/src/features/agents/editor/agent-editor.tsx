import { SegmentedControl, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { createAgent, updateAgent } from "../../../api/generated/agents/agents";
import type { Agent } from "../../../api/generated/model";
import { useListModelProviders } from "../../../api/generated/model-providers/model-providers";
import type { ApiError } from "../../../api/problem.ts";
import { Form, useApiForm, useJsonFaults } from "../../../components/form/index.ts";
import { Page } from "../../../components/page.tsx";
import { useMe } from "../../../session/session.ts";
import { TestChat } from "../chat/test-chat.tsx";
import { AgentFields } from "./agent-fields.tsx";
import classes from "./editor.module.css";
import { type AgentValues, fieldOf, isSame, toBody, toChanges, toValues } from "./values.ts";

interface AgentEditorProps {
  /** Null for one that is not there yet. */
  readonly agent: Agent | null;
  /** What the form begins with. */
  readonly initialValues: AgentValues;
  readonly title: string;
  readonly beside?: ReactNode;
  readonly actions?: ReactNode;
  onSaved(agent: Agent): void;
  onCancel?(): void;
}

const crumbs = [{ label: "Agents", link: { to: "/agents" } }] as const;

/** The form to the left and a test chat with its draft to the right; on a narrow screen one of them. */
export function AgentEditor(props: AgentEditorProps) {
  const { agent, initialValues, title, beside, actions, onSaved, onCancel } = props;
  const mayWrite = useMe().can("write");
  const [shown, setShown] = useState<"form" | "test">("form");
  const faults = useJsonFaults();
  const [metaVersion, setMetaVersion] = useState(0);
  const api = useApiForm<AgentValues, Agent>({
    initialValues: agent === null ? initialValues : toValues(agent),
    isFollowing: agent !== null,
    onFollowed(values, before) {
      if (!isSame(values.meta, before.meta)) setMetaVersion((version) => version + 1);
    },
    fieldOf,
    async send(values, base) {
      faults.refuse();
      return agent === null
        ? await createAgent(toBody(values))
        : await updateAgent(agent.id, toChanges(base, values));
    },
    onDone: onSaved,
  });
  const { form } = api;

  const { data: providers } = useListModelProviders({ limit: 100 });
  const kind = providers?.items.find(({ id }) => id === form.values.modelProviderId)?.kind;

  function showFault(error: ApiError, isWanted: boolean): void {
    if (isWanted) setShown("form");
    api.show(error);
  }

  const fields = (
    <AgentFields
      key={metaVersion}
      form={form}
      agentId={agent?.id ?? null}
      onMetaValidity={faults.keep("meta")}
    />
  );
  return (
    <Page title={title} crumbs={crumbs} beside={beside} actions={actions}>
      <div className={classes.narrowOnly}>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Part of the page"
          data={[
            { value: "form", label: "Settings" },
            { value: "test", label: "Test" },
          ]}
          value={shown}
          onChange={setShown}
        />
      </div>
      <div className={classes.split} data-shown={shown}>
        {/* Where no field takes the focus it must be possible to scroll by keyboard all the same. */}
        <section
          className={classes.form}
          aria-label="Settings of the agent"
          tabIndex={mayWrite ? undefined : 0}
        >
          {mayWrite ? (
            <Form
              api={api}
              save={agent === null ? "Create agent" : "Save"}
              onCancel={onCancel}
              isFootFixed
              curl={() =>
                agent === null
                  ? { method: "POST", path: "/v1/agents", body: toBody(form.values) }
                  : {
                      method: "PATCH",
                      path: `/v1/agents/${agent.id}`,
                      body: toChanges(api.base, form.values),
                    }
              }
            >
              {fields}
            </Form>
          ) : (
            <fieldset disabled className={classes.fixed} aria-label="Settings, not to be changed">
              {fields}
            </fieldset>
          )}
        </section>
        <div className={classes.test}>
          {mayWrite ? (
            <TestChat
              draft={() => toBody(form.getValues())}
              isSandbox={kind === "sandbox"}
              onDraftFault={showFault}
            />
          ) : (
            <Text size="sm" c="dimmed" p="md">
              Your role may look at agents, not change or test them.
            </Text>
          )}
        </div>
      </div>
    </Page>
  );
}
