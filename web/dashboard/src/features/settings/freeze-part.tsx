import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconSnowflake } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Workspace } from "../../api/generated/model";
import { freezeWorkspace, getGetWorkspaceQueryKey } from "../../api/generated/workspace/workspace";
import { ApiError, sentenceOf } from "../../api/problem.ts";
import { sayDone } from "../../components/say.tsx";
import { RelativeTime } from "../../components/time.tsx";
import { useMe } from "../../session/session.ts";
import { Part } from "./section-parts.tsx";

/** The emergency brake. Unfreezing is in the banner, which is on every page while it is pulled. */
export function FreezePart({ workspace }: { readonly workspace: Workspace }) {
  return (
    <Part
      title="Freeze"
      text="Stops every message at once, those of members too. Agents go on; what they write is held for up to 24 hours or dropped, as each task says."
    >
      {workspace.frozenAt === null ? (
        <FreezeForm />
      ) : (
        <Text size="sm">
          Frozen since <RelativeTime at={workspace.frozenAt} />
          {workspace.frozenReason !== null && `: ${workspace.frozenReason}`}. Unfreeze it in the banner above.
        </Text>
      )}
    </Part>
  );
}

function FreezeForm() {
  const me = useMe();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  if (!me.can("admin")) return <Text size="sm">The workspace is not frozen. Admins can freeze it.</Text>;

  async function freeze(): Promise<void> {
    setSending(true);
    setFault(null);
    try {
      queryClient.setQueryData(getGetWorkspaceQueryKey(), await freezeWorkspace({ reason }));
      sayDone("The workspace is frozen. No message goes out.");
    } catch (error) {
      setFault(error instanceof ApiError ? (error.faults[0]?.message ?? error.message) : sentenceOf(error));
    } finally {
      setSending(false);
    }
  }

  return (
    <Stack gap="sm" maw={640}>
      <Textarea
        label="Reason"
        description="Every member reads it until the workspace is unfrozen"
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
        error={fault}
        maxLength={500}
        autosize
        minRows={2}
        data-path="reason"
      />
      <Group>
        <Button
          color="red"
          size="sm"
          leftSection={<IconSnowflake size={16} aria-hidden />}
          loading={isSending}
          onClick={() => void freeze()}
        >
          Freeze the workspace
        </Button>
      </Group>
    </Stack>
  );
}
