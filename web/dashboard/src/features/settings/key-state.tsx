import { IconBan, IconCircleCheck, IconClockOff } from "@tabler/icons-react";
import type { ApiKey } from "../../api/generated/model";
import { Pill } from "../../components/pill.tsx";
import { useNow } from "../../components/time.tsx";

/** Whether a key opens anything. */
export function KeyState({ apiKey: { revokedAt, expiresAt } }: { readonly apiKey: ApiKey }) {
  const now = useNow();
  if (revokedAt !== null)
    return (
      <Pill tone="grey" icon={IconBan}>
        Revoked
      </Pill>
    );
  if (expiresAt !== null && Date.parse(expiresAt) <= now)
    return (
      <Pill tone="amber" icon={IconClockOff}>
        Expired
      </Pill>
    );
  return (
    <Pill tone="green" icon={IconCircleCheck}>
      Valid
    </Pill>
  );
}
