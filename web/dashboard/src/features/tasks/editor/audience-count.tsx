import { Text } from "@mantine/core";
import { sentenceOf } from "../../../api/problem.ts";
import classes from "./editor.module.css";
import type { AudienceCount as Count } from "./use-audience-count.ts";

interface AudienceCountProps {
  readonly count: Count;
  /** Of the filter, where no row is at fault. */
  readonly fault: string | undefined;
}

/** How many match now, and some of them. */
export function AudienceCount({ count, fault }: AudienceCountProps) {
  return (
    <div className={classes.count} role="status" aria-label="Audience now">
      <Words count={count} fault={fault} />
    </div>
  );
}

function Words({ count: { shown, isFilledIn, error, faults }, fault }: AudienceCountProps) {
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
  return (
    <>
      <Text size="sm">
        <strong>{count.toLocaleString("en")}</strong> {count === 1 ? "contact matches" : "contacts match"} now
        {optedOut > 0 && `; ${optedOut.toLocaleString("en")} more opted out and will be skipped`}.
      </Text>
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
