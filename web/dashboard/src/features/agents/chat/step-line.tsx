import { Text, UnstyledButton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronRight,
  IconSparkles,
  IconTool,
} from "@tabler/icons-react";
import { useState } from "react";
import type { AgentTrialStepsItem } from "../../../api/generated/model";
import { JsonView } from "../../../components/code/json-view.tsx";
import { dollars } from "../../../components/money.tsx";
import { milliseconds } from "../../../components/time-words.ts";
import classes from "./chat.module.css";
import { playedOf } from "./turns.ts";

/** A model call or a tool call: one line, and its input and output when it is unfolded. */
export function StepLine({ step }: { readonly step: AgentTrialStepsItem }) {
  const [isOpen, setOpen] = useState(false);
  const { kind, name, input, output, error, costUsd, durationMs } = step;
  const played = playedOf(output);
  const Icon = error !== null ? IconAlertTriangle : kind === "model" ? IconSparkles : IconTool;
  return (
    <div className={classes.step} data-kind={kind} data-failed={error !== null || undefined}>
      <UnstyledButton className={classes.stepHead} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        <Icon size={14} aria-hidden />
        <span className={classes.stepName}>{kind === "model" ? `Model call: ${name}` : name}</span>
        <span className={classes.stepNote}>
          {error?.message ?? (played && `Played. In a real run: ${played}`)}
        </span>
        <span className={classes.stepFigure}>
          {kind === "model" && Number(costUsd) > 0 ? `${dollars(costUsd)} · ` : ""}
          {milliseconds(durationMs)}
        </span>
      </UnstyledButton>
      {isOpen && (
        <div className={classes.stepBody}>
          <Text size="xs" c="dimmed">
            Input
          </Text>
          <JsonView value={input} label={`the input of ${name}`} />
          <Text size="xs" c="dimmed" mt="xs">
            {error === null ? "Output" : "Error"}
          </Text>
          <JsonView value={error ?? output} label={`the output of ${name}`} />
        </div>
      )}
    </div>
  );
}
