import { Button, Group, Text, Title } from "@mantine/core";
import { IconFlask, IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { CreateAgentBody } from "../../../api/generated/model";
import type { ApiError } from "../../../api/problem.ts";
import { dollars } from "../../../components/money.tsx";
import { ContactSelect } from "../../../components/pickers/contact-select.tsx";
import { Pill } from "../../../components/pill.tsx";
import classes from "./chat.module.css";
import { Composer } from "./composer.tsx";
import { TurnView } from "./turn-view.tsx";
import { sumUp } from "./turns.ts";
import { useTrial } from "./use-trial.ts";

interface TestChatProps {
  /** The draft as it is in the form at this moment. */
  draft(): CreateAgentBody;
  /** Its model is the sandbox. */
  readonly isSandbox: boolean;
  /** The draft's own faults; `isWanted`: somebody asked to see the fields. */
  onDraftFault(error: ApiError, isWanted: boolean): void;
}

/** Talks with the draft as a contact would, or gives it a task; nothing of it is kept. */
export function TestChat({ draft, isSandbox, onDraftFault }: TestChatProps) {
  const trial = useTrial({ draft, onDraftFault: (error) => onDraftFault(error, false) });
  const { turns, isRunning } = trial;
  const log = useRef<HTMLDivElement>(null);
  const last = turns.at(-1);
  // What is added is added at the end.
  useEffect(() => {
    if (turns.length > 0) log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [turns]);
  const { costUsd, inputTokens, outputTokens } = sumUp(turns);
  return (
    <section className={classes.chat} aria-label="Test of the draft">
      <header className={classes.head}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs">
            <Title order={2} size="h3">
              Test
            </Title>
            {isSandbox && (
              <Pill tone="amber" icon={IconFlask}>
                Sandbox model
              </Pill>
            )}
          </Group>
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconRefresh size={14} aria-hidden />}
            disabled={turns.length === 0}
            onClick={trial.restart}
          >
            Restart
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          Draft, nothing is saved or sent. Model calls and tool calls are real.
        </Text>
        <ContactSelect
          label="Play a contact"
          placeholder="A stranger"
          value={trial.contactId}
          onChange={trial.setContactId}
        />
      </header>
      <div ref={log} className={classes.log} role="log" aria-label="Test conversation" tabIndex={0}>
        {turns.length === 0 && (
          <Text size="sm" c="dimmed" className={classes.hint}>
            Write as a contact would, or give it an instruction as a task does. Each answer comes from the
            form as it is at that moment.
          </Text>
        )}
        {turns.map((turn) => (
          <TurnView
            key={turn.id}
            turn={turn}
            isLast={turn === last}
            onRetry={trial.retry}
            onShowFields={(error) => onDraftFault(error, true)}
          />
        ))}
      </div>
      <Composer isRunning={isRunning} onAsk={trial.ask} onStop={trial.stop} />
      <Text size="xs" c="dimmed" className={classes.sums}>
        {turns.length === 0
          ? "Costs count into the workspace’s budgets."
          : `This test: ${dollars(costUsd.toFixed(6))} · ${inputTokens} + ${outputTokens} tokens`}
      </Text>
    </section>
  );
}
