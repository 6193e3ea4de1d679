import { Text, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import type { Channel } from "../../../api/generated/model";
import { getListTasksQueryKey } from "../../../api/generated/tasks/tasks";
import { Form, useApiForm } from "../../../components/form";
import { AgentSelect } from "../../../components/pickers/agent-select.tsx";
import { ChannelSelect } from "../../../components/pickers/channel-select.tsx";
import { sayFailed } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { type Made, startTask, type TaskValues } from "./start-task.ts";

interface TaskFormProps {
  readonly agentId: string | null;
  /** Those that are connected, without the demo's. */
  readonly channels: readonly Channel[];
  onStarted(): void;
}

const example =
  "Welcome the contact in two sentences and ask what they would like to do first. Done when one message is sent.";

export function TaskForm({ agentId, channels, onStarted }: TaskFormProps) {
  const { name } = useMe();
  const queryClient = useQueryClient();
  const made = useRef<Made>({});
  const web = channels.find(({ platform }) => platform === "web") ?? channels[0];
  const initialValues: TaskValues = {
    name: "Welcome",
    description: example,
    contactName: name,
    agentId,
    channelId: web?.id ?? null,
  };
  const api = useApiForm({
    initialValues,
    async send(values) {
      const started = await startTask(values, made.current);
      await queryClient.invalidateQueries({ queryKey: getListTasksQueryKey() });
      return started;
    },
    onDone({ fault }) {
      if (fault !== null) sayFailed("The task is made but does not run", fault);
      onStarted();
    },
  });
  const { form } = api;
  return (
    <Form
      api={api}
      save="Create and run now"
      curl={() => {
        const { contactName: _, ...body } = form.getValues();
        return { method: "POST", path: "/v1/tasks", body: { ...body, contactId: "contact_…" } };
      }}
    >
      <TextInput {...form.getInputProps("name")} label="Name" maxLength={200} />
      <Textarea
        {...form.getInputProps("description")}
        label="Instruction"
        description="What is to be done, for what purpose, and when it is done"
        autosize
        minRows={2}
        maxRows={10}
        maxLength={20_000}
      />
      <TextInput
        {...form.getInputProps("contactName")}
        label="Contact"
        description="A new contact with this name; take yourself to begin with"
        maxLength={200}
      />
      <AgentSelect
        label="Agent"
        value={form.values.agentId}
        onChange={(id) => form.setFieldValue("agentId", id)}
        error={form.errors.agentId}
        isClearable={false}
        path="agentId"
      />
      {channels.length > 1 ? (
        <ChannelSelect
          label="Channel"
          description="Where the message goes"
          value={form.values.channelId}
          onChange={(id) => form.setFieldValue("channelId", id)}
          error={form.errors.channelId}
          isClearable={false}
          path="channelId"
        />
      ) : (
        <Text size="sm" c="dimmed">
          {web === undefined
            ? "The message goes to a chat on a web page, which is made with the task. Nobody outside hears of it."
            : `The message goes to the channel “${web.name}”.`}
        </Text>
      )}
    </Form>
  );
}
