import { IconCircleCheck, IconCircleOff } from "@tabler/icons-react";
import type { Tool } from "../../api/generated/model";
import { Pill } from "../../components/pill.tsx";

/** Whether agents may call it. */
export function ToolPill({ tool: { enabled } }: { readonly tool: Pick<Tool, "enabled"> }) {
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
