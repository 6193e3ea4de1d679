import { ActionIcon, Group, Loader, Popover, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconInfoCircle, IconMinus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { getListDecisionsQueryKey, listDecisions } from "../../../api/generated/conversations/conversations";
import type { Decision, DecisionRulesItem, Message } from "../../../api/generated/model";
import { sentenceOf } from "../../../api/problem.ts";
import { ExactTime } from "../../../components/time.tsx";
import classes from "./gate.module.css";
import { answerWords, classWords, decisionsOf, ruleWords } from "./rules.ts";

/** Decisions are listed for a whole conversation; further back than this nobody looks one up. */
const mostPages = 10;

interface DecisionButtonProps {
  readonly message: Message;
  /** True: it did not go out, so that people ask why. */
  readonly isWhy: boolean;
}

/** Opens what the gate decided about a message, with every rule's answer. */
export function DecisionButton({ message, isWhy }: DecisionButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const toggle = () => setOpen((before) => !before);
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      width={340}
      position="top"
      shadow="md"
      withinPortal
      trapFocus
      returnFocus
    >
      <Popover.Target>
        {isWhy ? (
          <UnstyledButton className={classes.why} onClick={toggle}>
            Why?
          </UnstyledButton>
        ) : (
          <Tooltip label="What the gate decided" disabled={isOpen}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="xs"
              aria-label="What the gate decided"
              onClick={toggle}
            >
              <IconInfoCircle size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} tabIndex={-1} data-autofocus>
        {isOpen && <Decisions message={message} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Decisions({ message }: { readonly message: Message }) {
  const { conversationId, id } = message;
  const [address] = getListDecisionsQueryKey(conversationId);
  const { data, error } = useQuery({
    queryKey: [address, "of", id],
    queryFn: ({ signal }) => findDecisions(message, signal),
  });
  if (error !== null) return <Text size="sm">{sentenceOf(error)}</Text>;
  if (data === undefined) return <Loader role="progressbar" size="xs" aria-label="Loading" />;
  const [latest, ...earlier] = data;
  if (latest === undefined)
    return (
      <Text size="sm">There is no decision about this message among the newest of the conversation.</Text>
    );
  return (
    <>
      <DecisionView decision={latest} />
      {earlier.length > 0 && (
        <Text size="xs" c="dimmed" mt={8}>
          Asked {data.length} times: first <ExactTime at={data.at(-1)?.createdAt ?? latest.createdAt} />.
        </Text>
      )}
    </>
  );
}

async function findDecisions(message: Message, signal: AbortSignal): Promise<readonly Decision[]> {
  const found: Decision[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const query = { limit: 100, ...(cursor === undefined ? {} : { cursor }) };
    const { items, nextCursor } = await listDecisions(message.conversationId, query, { signal });
    found.push(...decisionsOf(items, message.id));
    const oldest = items.at(-1);
    // A decision is made when its message is written, or later.
    if (nextCursor === null || oldest === undefined || oldest.createdAt < message.createdAt) break;
    cursor = nextCursor;
  }
  return found;
}

function DecisionView({ decision }: { readonly decision: Decision }) {
  const { allowed, createdAt, rules } = decision;
  return (
    <>
      <Group gap={6} wrap="nowrap">
        {allowed ? <IconCheck size={14} aria-hidden /> : <IconX size={14} aria-hidden />}
        <Text size="sm" fw={600}>
          {allowed ? "The gate let it out" : "The gate kept it back"}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" mb={8}>
        <ExactTime at={createdAt} />, as {classWords[decision.class]}
      </Text>
      <ul className={classes.rules}>
        {rules.map((rule) => (
          <RuleLine key={rule.rule} rule={rule} />
        ))}
      </ul>
    </>
  );
}

const icons = { passed: IconCheck, refused: IconX, not_asked: IconMinus } as const;

function RuleLine({ rule }: { readonly rule: DecisionRulesItem }) {
  const Icon = icons[rule.answer];
  return (
    <li className={classes.rule} data-answer={rule.answer}>
      <Icon size={13} aria-hidden />
      <span>
        {ruleWords[rule.rule] ?? rule.rule}
        {rule.message !== undefined && <span className={classes.said}>{rule.message}</span>}
      </span>
      <span className={classes.answer}>{answerWords[rule.answer]}</span>
    </li>
  );
}
