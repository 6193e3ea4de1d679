import { Alert, Button, Group, List, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useBlocker } from "@tanstack/react-router";
import { type FormEvent, type KeyboardEvent, type ReactNode, useRef } from "react";
import { ask } from "../ask.tsx";
import { CurlLine } from "../code/curl-line.tsx";
import type { CurlCall } from "../code/curl-text.ts";
import classes from "./form-page.module.css";
import type { ApiForm } from "./use-api-form.ts";

export interface FormProps<Values> {
  readonly api: ApiForm<Values>;
  /** The verb on the button: "Create task". */
  readonly save: string;
  onCancel?(): void;
  /** Beside the button: other ways to save. */
  readonly more?: ReactNode;
  /** The API call that the button makes, shown on demand; called only while it is shown. Absent: no key may call it. */
  curl?(): CurlCall;
  /** What stands above faults that belong to no field. */
  readonly failed?: string;
  /** False where leaving loses nothing, for instance in a dialog that says so itself. */
  readonly isGuarded?: boolean;
  /** True where the form is long and scrolls by itself: the buttons stay at the foot of what scrolls. */
  readonly isFootFixed?: boolean;
  readonly children: ReactNode;
}

/**
 * One column of fields with what every form has: faults that belong to no field, save by ⌘↵ or Ctrl+Enter, the question
 * before unsaved changes are left, and the API call that does the same.
 */
export function Form<Values>(props: FormProps<Values>) {
  const { api, save, onCancel, more, curl, children } = props;
  const { failed = "Not saved", isGuarded = true, isFootFixed = false } = props;
  const { form, isSaving, general, submit } = api;
  const element = useRef<HTMLFormElement>(null);
  useBlocker({
    disabled: !isGuarded,
    enableBeforeUnload: () => isGuarded && form.isDirty(),
    shouldBlockFn: async () =>
      form.isDirty() &&
      !(await ask({
        title: "Leave without saving?",
        text: "What you changed on this page is not saved yet.",
        confirm: "Leave",
        keep: "Keep editing",
        isDangerous: true,
      })),
  });

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    submit();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    submit();
  }

  return (
    <form ref={element} className={classes.form} noValidate onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <Stack gap="md">{children}</Stack>
      {general.length > 0 && (
        <Alert
          mt="md"
          color="red"
          variant="light"
          icon={<IconAlertTriangle size={18} />}
          title={failed}
          role="alert"
        >
          {general.length === 1 ? (
            general[0]
          ) : (
            <List size="sm">
              {general.map((sentence) => (
                <List.Item key={sentence}>{sentence}</List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
      <div className={classes.foot} data-fixed={isFootFixed || undefined}>
        <Group gap="xs">
          <Button type="submit" size="sm" loading={isSaving} title="⌘↵ or Ctrl+Enter">
            {save}
          </Button>
          {more}
          {onCancel !== undefined && (
            <Button variant="default" size="sm" onClick={onCancel}>
              Cancel
            </Button>
          )}
        </Group>
        {curl !== undefined && <CurlLine call={curl} />}
      </div>
    </form>
  );
}
