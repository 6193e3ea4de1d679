import { ActionIcon, Alert, Anchor, CloseButton, Group, Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconChevronDown, IconChevronUp, IconFlask } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Message } from "../../../api/generated/model";
import { JsonView } from "../../../components/code/json-view.tsx";
import { TextView } from "../../../components/code/text-view.tsx";
import { objectOf, textOf } from "../../../components/journal/json.ts";
import { MessagePill } from "../../../components/message-pill.tsx";
import { Money } from "../../../components/money.tsx";
import { Pill } from "../../../components/pill.tsx";
import { ReasonText } from "../../../components/reason-text.tsx";
import { ShortTime } from "../../../components/time.tsx";
import type { StepEntry } from "../timeline/entry.ts";
import { sortIcons } from "../timeline/sort-icons.ts";
import classes from "./inspector.module.css";
import { factsOf, remarksOf, textsOf } from "./parts.ts";

interface InspectorProps {
  readonly entry: StepEntry;
  /** The model was the sandbox: what it wrote is no model's work. */
  readonly isSandbox: boolean;
  /** Of the step, where it sent one and it is loaded. */
  readonly message: Message | undefined;
  onMove(by: -1 | 1): void;
  onClose(): void;
}

/** Everything that is recorded of one entry, exactly. */
export function Inspector({ entry, isSandbox, message, onMove, onClose }: InspectorProps) {
  const { step, result, title, sort, reason, tone } = entry;
  const IconComponent = sortIcons[sort];
  return (
    <>
      <header className={classes.head}>
        <IconComponent size={16} stroke={1.75} aria-hidden className={classes.icon} />
        <h2 className={classes.title}>{title}</h2>
        <Group gap={2} wrap="nowrap">
          <Mover label="Previous step" onClick={() => onMove(-1)} icon={<IconChevronUp size={15} />} />
          <Mover label="Next step" onClick={() => onMove(1)} icon={<IconChevronDown size={15} />} />
          <CloseButton size="sm" aria-label="Close the step" onClick={onClose} />
        </Group>
      </header>
      <div className={classes.body}>
        <Group gap={6}>
          <Text size="xs" c="dimmed">
            {result === undefined ? `Step ${step.seq}` : `Steps ${step.seq} and ${result.seq}`} ·{" "}
            <ShortTime at={step.startedAt} />
          </Text>
          {isSandbox && textsOf(entry).some(({ isWritten }) => isWritten) && (
            <Pill tone="amber" icon={IconFlask}>
              Sandbox model
            </Pill>
          )}
        </Group>
        {reason !== undefined && (
          <Alert
            color={tone === "amber" ? "yellow" : "red"}
            variant="light"
            icon={<IconAlertTriangle size={16} />}
            title={<span className={classes.code}>{reason.code}</span>}
            p="xs"
          >
            <ReasonText text={reason.message} />
          </Alert>
        )}
        {remarksOf(entry).map((remark) => (
          <Text key={remark} size="xs" c="dimmed">
            {remark}
          </Text>
        ))}
        <dl className={classes.facts}>
          {entry.costUsd !== null && (
            <div>
              <dt>Cost</dt>
              <dd>
                <Money usd={entry.costUsd} />
              </dd>
            </div>
          )}
          {factsOf(entry).map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {message !== undefined && (
            <div>
              <dt>Delivery</dt>
              <dd>
                <MessagePill message={message} />
              </dd>
            </div>
          )}
        </dl>
        <ConversationLink entry={entry} />
        {textsOf(entry).map(({ label, text }) => (
          <Section key={label} label={label}>
            <TextView text={text} label={label.toLowerCase()} />
          </Section>
        ))}
        {hasValue(step.input) && (
          <Section label="Input">
            <JsonView value={step.input} label="the input" />
          </Section>
        )}
        {hasValue(result === undefined ? step.output : result.output) && (
          <Section label="Output">
            <JsonView value={result === undefined ? step.output : result.output} label="the output" />
          </Section>
        )}
        {result === undefined && step.kind === "tool_intent" && !entry.isLate && (
          <Text size="sm" c="dimmed">
            There is no answer on record.
          </Text>
        )}
        {entry.isLate && (
          <Section label="Late result">
            <JsonView value={step.late} label="the late result" />
          </Section>
        )}
      </div>
    </>
  );
}

interface MoverProps {
  readonly label: string;
  readonly icon: ReactNode;
  onClick(): void;
}

function Mover({ label, icon, onClick }: MoverProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function Section({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className={classes.label}>{label}</h3>
      {children}
    </section>
  );
}

function ConversationLink({ entry }: { readonly entry: StepEntry }) {
  const { messageId, conversationId } = objectOf(entry.step.output);
  const [message, conversation] = [textOf(messageId), textOf(conversationId)];
  if (entry.sort !== "message" || conversation === undefined) return null;
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link
          to="/conversations/$conversationId"
          params={{ conversationId: conversation }}
          search={message === undefined ? {} : { message }}
          {...props}
        />
      )}
    >
      Open in the conversation
    </Anchor>
  );
}

function hasValue(value: unknown): boolean {
  return value !== null && value !== undefined;
}
