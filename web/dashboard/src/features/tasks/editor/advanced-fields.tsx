import { Checkbox, NumberInput, Select, Stack, TextInput, Title } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { DurationField, type DurationValue, JsonField } from "../../../components/form";
import { useTimezone } from "../../../session/session.ts";
import classes from "./editor.module.css";
import type { TaskForm } from "./rules.ts";

interface AdvancedFieldsProps {
  readonly form: UseFormReturnType<TaskForm>;
  onMetaFault(fault: string | null): void;
}

/** What most tasks leave at its defaults. */
export function AdvancedFields({ form, onMetaFault }: AdvancedFieldsProps) {
  return (
    <Stack gap="xl">
      <ConversationFields form={form} />
      <PolicyFields form={form} />
      <LimitFields form={form} />
      <EndFields form={form} />
      <OwnFields form={form} onMetaFault={onMetaFault} />
    </Stack>
  );
}

type FieldsProps = Pick<AdvancedFieldsProps, "form">;

/** As `getInputProps`, with the value's type. */
function durationProps(form: FieldsProps["form"], path: string, value: DurationValue) {
  const { onChange, error } = form.getInputProps(path);
  return { value, onChange, error };
}

const purposes = [
  { value: "service", label: "Service" },
  { value: "marketing", label: "Marketing" },
];

const blockedChoices = [
  { value: "hold", label: "Hold it, 24 hours at most" },
  { value: "drop", label: "Drop it" },
];

function ConversationFields({ form }: FieldsProps) {
  return (
    <Stack gap="md">
      <Title order={3}>Messages</Title>
      <DurationField
        label="Session duration"
        description="How long the agent goes on answering in the conversation that the task opened, and how long later runs reuse it. 0: it does not answer, and every run opens a conversation afresh. 30 days at most, default 24 hours."
        placeholder="24"
        units={["minutes", "hours", "days"]}
        {...durationProps(form, "sessionDurationSeconds", form.values.sessionDurationSeconds)}
        path="sessionDurationSeconds"
      />
      <Select
        label="Purpose"
        description="What its messages are for. Marketing has stricter rules about who may be written to and when."
        data={purposes}
        allowDeselect={false}
        classNames={{ wrapper: classes.short }}
        {...form.getInputProps("purpose")}
      />
      <Select
        label="When a message is blocked for now"
        description="For instance in the contact's quiet hours."
        data={blockedChoices}
        allowDeselect={false}
        classNames={{ wrapper: classes.short }}
        {...form.getInputProps("whenBlocked")}
      />
      <TextInput
        label="Conversation"
        description="Id of a conversation with the contact, to write there while it is open. Empty: the open one on the channel, or a new one."
        placeholder="conv_…"
        {...form.getInputProps("conversationId")}
        data-path="conversationId"
      />
    </Stack>
  );
}

const misfires = [
  { value: "run_once", label: "Make up for the newest (default)" },
  { value: "run_all", label: "Make up for all, the newest 100 at most" },
  { value: "skip", label: "Make up for none" },
];

const overlaps = [
  { value: "skip", label: "Skip the new run (default)" },
  { value: "queue_one", label: "Let one wait for its end" },
  { value: "cancel_previous", label: "Cancel the earlier run" },
  { value: "allow", label: "Run both" },
];

function PolicyFields({ form }: FieldsProps) {
  return (
    <Stack gap="md">
      <Title order={3}>Policies</Title>
      <Select
        label="Missed runs"
        description="Runs that nobody came to in time. Those that pass while the task is paused are not missed."
        data={misfires}
        allowDeselect={false}
        classNames={{ wrapper: classes.medium }}
        {...form.getInputProps("policies.misfire")}
      />
      <DurationField
        label="Catch-up window"
        description="A missed run older than this is not made up for. 30 days at most, default 1 hour."
        placeholder="1"
        units={["minutes", "hours", "days"]}
        {...durationProps(form, "policies.catchUpWindowSeconds", form.values.policies.catchUpWindowSeconds)}
        path="policies.catchUpWindowSeconds"
      />
      <Select
        label="Overlap"
        description="A run that is due while an earlier one has not ended. What is skipped is recorded with its reason."
        data={overlaps}
        allowDeselect={false}
        classNames={{ wrapper: classes.medium }}
        {...form.getInputProps("policies.overlap")}
      />
      <NumberInput
        label="Pause after failures"
        description="Scheduled runs that may fail in a row before the task pauses itself, 0 to 1,000; default 5, 0: any number."
        placeholder="5"
        min={0}
        clampBehavior="none"
        classNames={{ wrapper: classes.short }}
        {...form.getInputProps("policies.autoPauseAfterFailures")}
        data-path="policies.autoPauseAfterFailures"
      />
    </Stack>
  );
}

function LimitFields({ form }: FieldsProps) {
  return (
    <Stack gap="md">
      <Title order={3}>Limits of one execution</Title>
      <DurationField
        label="Running time"
        description="15 minutes to 24 hours, default 15 minutes. Waiting does not count. At 80 % the agent is told to conclude."
        placeholder="15"
        units={["minutes", "hours"]}
        {...durationProps(form, "limits.maxTimeSeconds", form.values.limits.maxTimeSeconds)}
        path="limits.maxTimeSeconds"
      />
      <NumberInput
        label="Model calls"
        description="10 to 100,000. Empty: the agent's limit, else 1,000."
        placeholder="1000"
        min={10}
        clampBehavior="none"
        classNames={{ wrapper: classes.short }}
        {...form.getInputProps("limits.maxIterations")}
        data-path="limits.maxIterations"
      />
      <NumberInput
        label="Tool calls"
        description="1 to 100,000. Empty: the agent's limit, else 10,000."
        placeholder="10000"
        min={1}
        clampBehavior="none"
        classNames={{ wrapper: classes.short }}
        {...form.getInputProps("limits.maxToolCalls")}
        data-path="limits.maxToolCalls"
      />
      <TextInput
        label="Cost in US dollars"
        description="Of model calls. Empty: the agent's limit, else none."
        placeholder="No limit"
        inputMode="decimal"
        leftSection="$"
        classNames={{ wrapper: classes.short }}
        {...form.getInputProps("limits.maxCostUsd")}
        data-path="limits.maxCostUsd"
      />
    </Stack>
  );
}

const goals = [
  { value: "goal_met", label: "An execution met its goal" },
  { value: "contact_replied", label: "The contact replied" },
  { value: "conversation_closed", label: "The conversation was closed" },
];

function EndFields({ form }: FieldsProps) {
  const zone = useTimezone();
  return (
    <Stack gap="md">
      <Title order={3}>End</Title>
      <Checkbox.Group
        label="End the task when"
        description="Before its schedule does."
        {...form.getInputProps("endWhen")}
      >
        <Stack gap="xs" my="xs">
          {goals.map(({ value, label }) => (
            <Checkbox key={value} value={value} label={label} />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        type="datetime-local"
        label="Expires"
        description={`When the task ends whatever its schedule says, in ${zone}.`}
        classNames={{ wrapper: classes.short }}
        {...form.getInputProps("expiresAt")}
        data-path="expiresAt"
      />
    </Stack>
  );
}

function OwnFields({ form, onMetaFault }: AdvancedFieldsProps) {
  const { value, onChange, error } = form.getInputProps("meta");
  return (
    <Stack gap="md">
      <Title order={3}>Your own data</Title>
      <TextInput
        label="External id"
        description="Your own id for it, unique within the workspace."
        classNames={{ wrapper: classes.medium }}
        {...form.getInputProps("externalId")}
        data-path="externalId"
      />
      <JsonField
        label="Meta"
        description="A JSON object of your own, 16 kB at most."
        value={value}
        onChange={onChange}
        onValidity={onMetaFault}
        error={error}
      />
    </Stack>
  );
}
