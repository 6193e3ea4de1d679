import { Button, Group, Text } from "@mantine/core";
import { IconRepeat } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Execution } from "../../../api/generated/model";
import { useGetWorkspace } from "../../../api/generated/workspace/workspace";
import { lookOf } from "../../../components/execution-pill.tsx";
import { ReasonText } from "../../../components/reason-text.tsx";
import { ExactTime } from "../../../components/time.tsx";
import { useMe } from "../../../session/session.ts";
import { useUnfreeze } from "../../../shell/use-unfreeze.ts";
import { endedStatuses } from "../facts/fact-words.ts";
import { findMend, type Mend, missedCountOf } from "../reasons/reason-rules.ts";
import classes from "./page.module.css";

interface VerdictProps {
  readonly execution: Execution;
  /** The model was the sandbox: the summary is its text. */
  readonly isSandbox: boolean;
  readonly isReplaying: boolean;
  onReplay(): void;
}

/** What came of it, why, and the button that mends it. Nothing while it simply runs. */
export function Verdict({ execution, isSandbox, isReplaying, onReplay }: VerdictProps) {
  const { can } = useMe();
  const isFrozen = typeof useGetWorkspace().data?.frozenAt === "string";
  const { summary, reason, status } = execution;
  if (summary === null && reason === null && missedCountOf(execution) === undefined) return null;
  const mend = reason === null ? undefined : findMend(reason.code, { ...execution, isFrozen }, can);
  const { tone, word, icon: IconComponent } = lookOf(execution);
  return (
    <section className={classes.verdict} data-tone={tone} aria-label="What came of it">
      <IconComponent size={18} stroke={1.75} aria-hidden className={classes.verdictIcon} />
      <div className={classes.verdictWords}>
        <Text size="sm" fw={600} component="h2">
          {word}
        </Text>
        {reason !== null && (
          <Text size="sm">
            <ReasonText text={reason.message} />
            <span className={classes.code}>{reason.code}</span>
          </Text>
        )}
        <Missed execution={execution} />
        {summary !== null && (
          <Text size="sm" {...(reason === null ? {} : { c: "dimmed" })} className={classes.summary}>
            {summary}
          </Text>
        )}
        {isSandbox && summary !== null && endedStatuses.has(status) && (
          <Text size="xs" c="dimmed">
            Written by the sandbox model: fixed rules, no AI.
          </Text>
        )}
      </div>
      {mend !== undefined && <MendButton mend={mend} isReplaying={isReplaying} onReplay={onReplay} />}
    </section>
  );
}

/** A stretch of missed runs is one row. */
function Missed({ execution }: { readonly execution: Execution }) {
  const { firstAt, lastAt } = execution;
  const missed = missedCountOf(execution);
  if (missed === undefined) return null;
  return (
    <Text size="sm" c="dimmed">
      This entry stands for {missed.words}
      {firstAt !== null && (lastAt === null || lastAt === firstAt) && (
        <>
          , due <ExactTime at={firstAt} />
        </>
      )}
      {firstAt !== null && lastAt !== null && lastAt !== firstAt && (
        <>
          , the first due <ExactTime at={firstAt} />, the last <ExactTime at={lastAt} />
        </>
      )}
      .
    </Text>
  );
}

interface MendButtonProps extends Pick<VerdictProps, "isReplaying" | "onReplay"> {
  readonly mend: Mend;
}

function MendButton({ mend, isReplaying, onReplay }: MendButtonProps) {
  if (mend.kind === "link")
    return (
      <Group className={classes.mend}>
        <Button variant="default" renderRoot={(props) => <Link {...mend.link} {...props} />}>
          {mend.label}
        </Button>
      </Group>
    );
  if (mend.kind === "unfreeze") return <UnfreezeButton label={mend.label} />;
  return (
    <Group className={classes.mend}>
      <Button
        variant="default"
        leftSection={<IconRepeat size={14} aria-hidden />}
        loading={isReplaying}
        onClick={onReplay}
      >
        {mend.label}
      </Button>
    </Group>
  );
}

function UnfreezeButton({ label }: { readonly label: string }) {
  const { unfreeze, isPending } = useUnfreeze();
  return (
    <Group className={classes.mend}>
      <Button variant="default" loading={isPending} onClick={() => void unfreeze()}>
        {label}
      </Button>
    </Group>
  );
}
