import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { modals } from "@mantine/modals";
import { freezeWorkspace, getGetWorkspaceQueryKey } from "../api/generated/workspace/workspace";
import { queryClient } from "../api/query-client.ts";
import { useApiForm } from "../components/form/index.ts";
import { sayDone } from "../components/say.tsx";

const dialogId = "freeze-workspace";
const longestReason = 500;

/** Asks for a reason, then stops every send of the workspace. For owners and admins. */
export function openFreezeDialog(): void {
  modals.open({ modalId: dialogId, title: "Freeze the workspace?", children: <FreezeForm /> });
}

function FreezeForm() {
  const close = () => modals.close(dialogId);
  const { form, isSaving, general, submit } = useApiForm({
    initialValues: { reason: "" },
    send: (values) => freezeWorkspace(values),
    onDone: (workspace) => {
      queryClient.setQueryData(getGetWorkspaceQueryKey(), workspace);
      close();
      sayDone("The workspace is frozen: no message goes out.");
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="sm">
        <Text size="sm">
          No message goes out to anyone until somebody unfreezes it. What contacts write still comes in, and
          what may wait goes out afterwards if that is within 24 hours.
        </Text>
        <Textarea
          label="Reason"
          description="Shown to all members on every page."
          withAsterisk
          maxLength={longestReason}
          autosize
          minRows={2}
          data-autofocus
          data-path="reason"
          {...form.getInputProps("reason")}
        />
        {general.map((sentence) => (
          <Text key={sentence} size="sm" c="error" role="alert">
            {sentence}
          </Text>
        ))}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={isSaving}>
            Freeze
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
