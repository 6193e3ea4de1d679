import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconChecklist } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { AgentTrial } from "../../../api/generated/model";
import type { ApiError } from "../../../api/problem.ts";
import { dollars } from "../../../components/money.tsx";
import { milliseconds } from "../../../components/time-words.ts";
import classes from "./chat.module.css";
import { Elapsed } from "./elapsed.tsx";
import { outcomeWord } from "./outcome-word.ts";
import { StepLine } from "./step-line.tsx";
import { durationOf, numbered, type Turn } from "./turns.ts";

interface TurnViewProps {
  readonly turn: Turn;
  /** Only the last one can be asked again. */
  readonly isLast: boolean;
  onRetry(): void;
  onShowFields(error: ApiError): void;
}

/** What was asked and what came of it. */
export function TurnView({ turn: { asked, state }, isLast, onRetry, onShowFields }: TurnViewProps) {
  const retry = isLast && (
    <Button variant="default" size="compact-xs" onClick={onRetry}>
      Try again
    </Button>
  );
  return (
    <div className={classes.turn}>
      {asked.kind === "message" ? (
        <div className={classes.bubble} data-by="contact">
          <span className={classes.hiddenText}>Contact: </span>
          {asked.text}
        </div>
      ) : (
        <div className={classes.instruction}>
          <IconChecklist size={14} aria-hidden />
          <div>
            <strong>Task run</strong> {asked.text}
          </div>
        </div>
      )}
      {state.status === "running" && (
        <Text size="xs" c="dimmed" role="status">
          The draft is at work <Elapsed />
        </Text>
      )}
      {state.status === "stopped" && (
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            Stopped. A model call that had begun may still cost.
          </Text>
          {retry}
        </Group>
      )}
      {state.status === "answered" && <Answer asked={asked.kind} trial={state.trial} retry={retry} />}
      {state.status === "failed" && (
        <Trouble title={state.draft === null ? "Not tried" : "The draft cannot be tried yet"}>
          {state.draft !== null && <span>Its fields say what is missing. </span>}
          {state.reasons.join(" ")}
          <Group gap="xs" mt={8}>
            {state.draft !== null && (
              <Button
                variant="default"
                size="compact-xs"
                onClick={() => state.draft !== null && onShowFields(state.draft)}
              >
                Show the fields
              </Button>
            )}
            {retry}
          </Group>
        </Trouble>
      )}
    </div>
  );
}

interface AnswerProps {
  readonly asked: "message" | "task";
  readonly trial: AgentTrial;
  readonly retry: React.ReactNode;
}

function Answer({ asked, trial, retry }: AnswerProps) {
  const { reply, messages, steps, outcome, stopped } = trial;
  const texts = [...messages.map(({ text }) => text), ...(reply === null ? [] : [reply])];
  return (
    <>
      {steps.length > 0 && (
        <div className={classes.steps}>
          {numbered(steps).map(({ key, item }) => (
            <StepLine key={key} step={item} />
          ))}
        </div>
      )}
      {numbered(texts).map(({ key, item }) => (
        <div key={key} className={classes.bubble} data-by="agent">
          <span className={classes.hiddenText}>Agent: </span>
          {item}
        </div>
      ))}
      {texts.length === 0 && stopped === null && (
        <Text size="xs" c="dimmed">
          {asked === "task" ? "It sent no message." : "It answered nothing."}
        </Text>
      )}
      {stopped !== null && (
        <Trouble title="It did not come to its end">
          {stopped.message}
          <Group gap="xs" mt={8}>
            {retry}
            <Mend code={stopped.code} />
          </Group>
        </Trouble>
      )}
      <Text className={classes.foot} component="p">
        {[
          asked === "task" && outcome !== null ? `Outcome: ${outcomeWord(outcome)}` : "",
          dollars(trial.costUsd),
          `${trial.inputTokens} + ${trial.outputTokens} tokens`,
          milliseconds(durationOf(trial)),
        ]
          .filter((part) => part !== "")
          .join(" · ")}
      </Text>
    </>
  );
}

/** Where that can be changed which stopped it. */
function Mend({ code }: { readonly code: string }) {
  if (code === "budget")
    return (
      <Anchor size="xs" renderRoot={(props) => <Link to="/settings/budgets" {...props} />}>
        Raise the budget
      </Anchor>
    );
  if (!code.startsWith("model_")) return null;
  return (
    <Anchor size="xs" renderRoot={(props) => <Link to="/settings/model-providers" {...props} />}>
      Check the model provider
    </Anchor>
  );
}

function Trouble({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <Alert
      color="red"
      variant="light"
      p="xs"
      title={title}
      role="alert"
      icon={<IconAlertTriangle size={16} />}
    >
      {children}
    </Alert>
  );
}
