import { Button, Group, Stack, Text } from "@mantine/core";
import { IconSnowflake } from "@tabler/icons-react";
import type { Workspace } from "../../api/generated/model";
import { RelativeTime } from "../../components/time.tsx";
import { useMe } from "../../session/session.ts";
import { openFreezeDialog } from "../../shell/freeze-dialog.tsx";
import { useUnfreeze } from "../../shell/use-unfreeze.ts";
import { Part } from "./section-parts.tsx";

/** The emergency brake. */
export function FreezePart({ workspace }: { readonly workspace: Workspace }) {
  return (
    <Part
      title="Freeze"
      text="Stops every message at once, those of members too. Agents go on; what they write is held for up to 24 hours or dropped, as each task says."
    >
      {workspace.frozenAt === null ? (
        <Freeze />
      ) : (
        <Unfreeze since={workspace.frozenAt} reason={workspace.frozenReason} />
      )}
    </Part>
  );
}

function Freeze() {
  const mayFreeze = useMe().can("admin");
  return (
    <Stack gap="sm">
      <Text size="sm">
        Messages go out.{" "}
        {mayFreeze ? "Whoever freezes gives a reason, which every member reads." : "Admins can freeze them."}
      </Text>
      {mayFreeze && (
        <Group>
          <Button
            color="red"
            variant="light"
            size="sm"
            leftSection={<IconSnowflake size={16} aria-hidden />}
            onClick={openFreezeDialog}
          >
            Freeze the workspace
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface UnfreezeProps {
  readonly since: string;
  readonly reason: string | null;
}

function Unfreeze({ since, reason }: UnfreezeProps) {
  const mayUnfreeze = useMe().can("admin");
  const { unfreeze, isPending } = useUnfreeze();
  return (
    <Stack gap="sm">
      <Text size="sm">
        Frozen since <RelativeTime at={since} />. {!mayUnfreeze && "Admins can unfreeze it."}
      </Text>
      {reason !== null && <Text size="sm">Reason: {reason}</Text>}
      {mayUnfreeze && (
        <Group>
          <Button variant="default" size="sm" loading={isPending} onClick={() => void unfreeze()}>
            Unfreeze the workspace
          </Button>
        </Group>
      )}
    </Stack>
  );
}
