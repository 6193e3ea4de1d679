import { IconCircleCheck, IconCircleOff } from "@tabler/icons-react";
import type { Knowledge } from "../../api/generated/model";
import { Pill } from "../../components/pill.tsx";

/** Whether agents find it. */
export function KnowledgePill({
  knowledge: { enabled },
}: {
  readonly knowledge: Pick<Knowledge, "enabled">;
}) {
  return enabled ? (
    <Pill tone="green" icon={IconCircleCheck}>
      Enabled
    </Pill>
  ) : (
    <Pill tone="grey" icon={IconCircleOff}>
      Disabled
    </Pill>
  );
}
