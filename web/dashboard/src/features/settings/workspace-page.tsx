import { NumberInput, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { Workspace } from "../../api/generated/model";
import {
  getGetWorkspaceQueryKey,
  updateWorkspace,
  useGetWorkspace,
} from "../../api/generated/workspace/workspace";
import { askAgain } from "../../api/kept-answers.ts";
import { CopyId } from "../../components/copy-id.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { toDuration, toSeconds } from "../../components/form/duration.ts";
import { DurationField } from "../../components/form/duration-field.tsx";
import { changedFields, Form, useApiForm } from "../../components/form/index.ts";
import { Page } from "../../components/page.tsx";
import { TimezoneSelect } from "../../components/pickers/timezone-select.tsx";
import { sayDone } from "../../components/say.tsx";
import { spell } from "../../components/time-words.ts";
import { useMe } from "../../session/session.ts";
import { FreezePart } from "./freeze-part.tsx";
import { Part } from "./section-parts.tsx";

/** What holds for the whole workspace, and the switch that stops every message. */
export function WorkspacePage() {
  const { data, error, refetch } = useGetWorkspace();
  return (
    <Page title="Workspace" layout="flow" beside={data && <CopyId id={data.id} />}>
      {data === undefined && error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <>
          <Part
            title="General"
            text="Name, the time zone that new schedules begin with, and how long things are kept."
          >
            <General workspace={data} />
          </Part>
          <FreezePart workspace={data} />
        </>
      )}
    </Page>
  );
}

function General({ workspace }: { readonly workspace: Workspace }) {
  return useMe().can("admin") ? (
    <GeneralForm workspace={workspace} />
  ) : (
    <GeneralFacts workspace={workspace} />
  );
}

function GeneralFacts({ workspace }: { readonly workspace: Workspace }) {
  const { name, timezone, executionRetentionDays, conversationIdleCloseSeconds } = workspace;
  return (
    <Text size="sm">
      {name}, {timezone}. Executions are kept for {executionRetentionDays} days; a conversation is closed
      after {spell(conversationIdleCloseSeconds)} without a message. Admins change this.
    </Text>
  );
}

function GeneralForm({ workspace }: { readonly workspace: Workspace }) {
  const queryClient = useQueryClient();
  const api = useApiForm({
    initialValues: toValues(workspace),
    isFollowing: true,
    send: (values, base) => updateWorkspace(toChanges(base, values)),
    onDone(changed) {
      queryClient.setQueryData(getGetWorkspaceQueryKey(), changed);
      // The name stands in the head of every page.
      askAgain("/v1/auth/session");
      sayDone("Workspace saved.");
    },
  });
  const { form } = api;
  return (
    <Form
      api={api}
      save="Save"
      curl={() => ({ method: "PATCH", path: "/v1/workspace", body: toChanges(api.base, form.getValues()) })}
    >
      <TextInput {...form.getInputProps("name")} label="Name" maxLength={200} />
      <TimezoneSelect
        value={form.values.timezone}
        onChange={(timezone) => form.setFieldValue("timezone", timezone ?? workspace.timezone)}
        error={form.errors.timezone}
        description="Budgets begin their days in it."
      />
      <NumberInput
        {...form.getInputProps("executionRetentionDays")}
        label="Days for which executions are kept"
        description="1 to 3650, counted from their end"
        clampBehavior="none"
        hideControls
      />
      <DurationField
        label="Close conversations after"
        description="Without a message, unless a session is live or a member is in control: 5 minutes to 30 days"
        value={form.values.conversationIdleCloseSeconds}
        onChange={(value) => form.setFieldValue("conversationIdleCloseSeconds", value)}
        error={form.errors.conversationIdleCloseSeconds}
        path="conversationIdleCloseSeconds"
      />
    </Form>
  );
}

interface GeneralValues {
  readonly name: string;
  readonly timezone: string;
  readonly executionRetentionDays: number | string;
  readonly conversationIdleCloseSeconds: ReturnType<typeof toDuration>;
}

function toValues({
  name,
  timezone,
  executionRetentionDays,
  conversationIdleCloseSeconds,
}: Workspace): GeneralValues {
  const idle = toDuration(conversationIdleCloseSeconds, "hours");
  return { name, timezone, executionRetentionDays, conversationIdleCloseSeconds: idle };
}

function toChanges(base: GeneralValues, values: GeneralValues) {
  return changedFields(toBody(base), toBody(values));
}

/** An emptied number goes out as null, which the API refuses at its field: nothing is filled in for it. */
function toBody(values: GeneralValues) {
  const { executionRetentionDays: days, conversationIdleCloseSeconds: idle, ...rest } = values;
  return {
    ...rest,
    executionRetentionDays: (days === "" ? null : Number(days)) as number,
    conversationIdleCloseSeconds: (toSeconds(idle) ?? null) as number,
  };
}
