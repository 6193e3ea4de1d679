import { Button, Textarea, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import type { Task } from "../../../api/generated/model";
import {
  createTask,
  getGetTaskQueryKey,
  getListTasksQueryKey,
  triggerTask,
  updateTask,
} from "../../../api/generated/tasks/tasks";
import { ApiError } from "../../../api/problem.ts";
import { Fold } from "../../../components/fold.tsx";
import { Form, useApiForm } from "../../../components/form";
import { ChannelSelect } from "../../../components/pickers/channel-select.tsx";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import type { ScheduleForm } from "../schedule/rules.ts";
import { ScheduleEditor } from "../schedule/schedule-editor.tsx";
import { AdvancedFields } from "./advanced-fields.tsx";
import { AgentField } from "./agent-field.tsx";
import classes from "./editor.module.css";
import { findLocalFaults, hasAdvanced, isAdvanced, type JsonFaults, taskFieldOf } from "./fault-rules.ts";
import { type TaskForm, toChanges, toNewBody, type Zones } from "./rules.ts";
import { WhomFields } from "./whom-fields.tsx";

const longestDescription = 20_000;

interface TaskEditorProps {
  /** The task that is edited; undefined: a new one. */
  readonly task?: Task;
  readonly initial: TaskForm;
  readonly zones: Zones;
  onCancel(): void;
}

/** Everything that a task can be told. */
export function TaskEditor({ task, initial, zones, onCancel }: TaskEditorProps) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  /** Set by the second button, taken by the sending that follows. */
  const wantsRun = useRef(false);
  const isToRun = useRef(false);
  const json = useRef<JsonFaults>({ filter: null, meta: null });
  const api = useApiForm<TaskForm, Task>({
    initialValues: initial,
    send: async (values) => {
      isToRun.current = wantsRun.current;
      wantsRun.current = false;
      const faults = findLocalFaults(values, json.current);
      if (faults.length > 0)
        throw new ApiError(422, { code: "validation_failed", errors: [...faults] }, null);
      return task === undefined
        ? await createTask(toNewBody(values, zones))
        : await updateTask(task.id, toChanges(initial, values, zones));
    },
    onDone: (saved) => {
      queryClient.setQueryData(getGetTaskQueryKey(saved.id), saved);
      void queryClient.invalidateQueries({ queryKey: getListTasksQueryKey() });
      void leave(saved, isToRun.current);
    },
    fieldOf: taskFieldOf,
  });
  const { form } = api;
  const { values, errors } = form;
  const errorOf = (path: string) => errors[path];
  // Without anybody to write to a channel means nothing; one that is set must be seen all the same.
  const mayWrite = values.whom !== "nobody" || values.mayWriteTo === "any" || values.channelId !== null;

  /** To the task, or to the execution that it was asked for. */
  async function leave(saved: Task, isRun: boolean): Promise<void> {
    if (!isRun) {
      sayDone(task === undefined ? "Task created." : "Task saved.");
      await navigate({ to: "/tasks/$taskId", params: { taskId: saved.id } });
      return;
    }
    try {
      const { id } = await triggerTask(saved.id, {});
      await navigate({ to: "/executions/$executionId", params: { executionId: id } });
    } catch (error) {
      sayFailed("The task is saved, but was not run", error);
      await navigate({ to: "/tasks/$taskId", params: { taskId: saved.id } });
    }
  }

  function saveAndRun(): void {
    wantsRun.current = true;
    api.submit();
  }

  function setSchedule(change: Partial<ScheduleForm>): void {
    form.setFieldValue("schedule", { ...form.getValues().schedule, ...change });
    // Of another kind nothing is known to be wrong yet.
    const touched = change.kind === undefined ? Object.keys(change).map((name) => `schedule.${name}`) : null;
    const kept = Object.entries(errors).filter(
      ([path]) =>
        !(touched === null ? path.startsWith("schedule.") : touched.some((one) => path.startsWith(one))),
    );
    form.setErrors(Object.fromEntries(kept));
  }

  function setAudience(change: Partial<TaskForm["audience"]>): void {
    form.setFieldValue("audience", { ...form.getValues().audience, ...change });
    const kept = Object.entries(errors).filter(([path]) =>
      change.filter === undefined ? true : !path.startsWith("audience.filter"),
    );
    form.setErrors(Object.fromEntries(kept));
  }

  return (
    <Form
      api={api}
      save={task === undefined ? "Create task" : "Save changes"}
      onCancel={onCancel}
      more={
        <Button type="button" size="sm" variant="default" disabled={api.isSaving} onClick={saveAndRun}>
          Save and run now
        </Button>
      }
      curl={() =>
        task === undefined
          ? { method: "POST", path: "/v1/tasks", body: toNewBody(values, zones) }
          : { method: "PATCH", path: `/v1/tasks/${task.id}`, body: toChanges(initial, values, zones) }
      }
    >
      <div className={classes.sections}>
        <section className={classes.section} aria-label="What">
          <TextInput
            label="Name"
            required
            placeholder="Morning check-in"
            autoFocus={task === undefined}
            {...form.getInputProps("name")}
            data-path="name"
          />
          <Instruction {...form.getInputProps("description")} />
          <AgentField
            value={values.agentId}
            onChange={(agentId) => form.setFieldValue("agentId", agentId)}
            error={errors.agentId}
          />
        </section>
        <section className={classes.section} aria-labelledby="task-whom">
          <Title order={2} id="task-whom">
            For whom
          </Title>
          <WhomFields
            value={values}
            onWhom={(whom) => form.setFieldValue("whom", whom)}
            onContact={(contactId) => form.setFieldValue("contactId", contactId)}
            onAudience={setAudience}
            onMayWriteTo={(mayWriteTo) => form.setFieldValue("mayWriteTo", mayWriteTo)}
            onJsonFault={(filter) => {
              json.current = { ...json.current, filter };
            }}
            errorOf={errorOf}
          />
          {mayWrite && (
            <ChannelSelect
              label="Channel"
              description="Where to write. Empty: at each run the contact's most recently used channel, else one it has an address on, else the only connected web channel."
              placeholder="Chosen at each run"
              value={values.channelId}
              onChange={(channelId) => form.setFieldValue("channelId", channelId)}
              error={errors.channelId}
              path="channelId"
            />
          )}
        </section>
        <section className={classes.section} aria-labelledby="task-when">
          <Title order={2} id="task-when">
            When
          </Title>
          <ScheduleEditor
            value={values.schedule}
            onChange={setSchedule}
            errorOf={errorOf}
            workspaceZone={zones.workspace}
          />
        </section>
        <section className={classes.section} aria-label="Advanced">
          <Fold
            label="Advanced"
            hint="Messages, policies, limits, end, your own data"
            isOpenAtFirst={hasAdvanced(initial, zones)}
            isHeldOpen={Object.keys(errors).some(isAdvanced)}
          >
            <AdvancedFields
              form={form}
              onMetaFault={(meta) => {
                json.current = { ...json.current, meta };
              }}
            />
          </Fold>
        </section>
      </div>
    </Form>
  );
}

interface InstructionProps {
  readonly value?: string;
  onChange: React.ChangeEventHandler<HTMLTextAreaElement>;
  readonly error?: React.ReactNode;
}

/** Grows with what is typed and counts it. */
function Instruction({ value = "", ...input }: InstructionProps) {
  const length = value.length;
  return (
    <Textarea
      label="Instruction"
      description={
        <>
          What the agent is to do, in your own words.{" "}
          <span className={classes.counter} data-over={length > longestDescription || undefined}>
            {length.toLocaleString("en")} of {longestDescription.toLocaleString("en")} characters
          </span>
        </>
      }
      required
      placeholder="Ask how the first week went and offer help with the set-up."
      autosize
      minRows={5}
      maxRows={24}
      {...input}
      value={value}
      data-path="description"
    />
  );
}
