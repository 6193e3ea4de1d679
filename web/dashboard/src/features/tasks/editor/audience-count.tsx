import { Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { sentenceOf } from "../../../api/problem.ts";
import { sayBeyond } from "./audience-words.ts";
import classes from "./editor.module.css";
import type { AudienceCount as Count } from "./use-audience-count.ts";

interface AudienceCountProps {
  readonly count: Count;
  /** Of the filter, where no row is at fault. */
  readonly fault: string | undefined;
  /** The most that one run takes, as its field has it; undefined: each contact has a run of its own. */
  readonly most: number | string | undefined;
}

/** How many match now, and some of them. */
export function AudienceCount(props: AudienceCountProps) {
  return (
    <div className={classes.count} role="status" aria-label="Audience now">
      <Words {...props} />
    </div>
  );
}

function Words({ count: { shown, isFilledIn, error, faults }, fault, most }: AudienceCountProps) {
  if (!isFilledIn)
    return (
      <Text size="sm" c="dimmed">
        Fill in the conditions to see who matches.
      </Text>
    );
  if (fault !== undefined || error !== null)
    return (
      <Text size="sm" c="red">
        {fault ?? sentenceOf(error)}
      </Text>
    );
  if (shown === undefined)
    return (
      <Text size="sm" c="dimmed">
        {faults.length > 0 ? "The conditions above are refused." : "Counting…"}
      </Text>
    );
  const { count, optedOut, sample } = shown;
  const beyond = most === undefined ? undefined : sayBeyond(count, most);
  return (
    <>
      <Text size="sm">
        <strong>{count.toLocaleString("en")}</strong> {count === 1 ? "contact matches" : "contacts match"} now
        {optedOut > 0 && `; ${optedOut.toLocaleString("en")} more opted out and will be skipped`}.
      </Text>
      {beyond !== undefined && (
        <Text size="sm" fw={500} className={classes.beyond}>
          <IconAlertTriangle size={14} aria-hidden />
          {beyond}
        </Text>
      )}
      {sample.length > 0 && (
        <Text size="xs" c="dimmed" mt={2}>
          {sample
            .map((contact) => contact.name ?? contact.email ?? contact.externalId ?? "Visitor without a name")
            .join(", ")}
          {count > sample.length && ` and ${(count - sample.length).toLocaleString("en")} more`}
        </Text>
      )}
    </>
  );
}
