import { Stack, Text } from "@mantine/core";
import { useListMessages } from "../../../api/generated/conversations/conversations";
import type { Execution } from "../../../api/generated/model";
import { ReasonText } from "../../../components/reason-text.tsx";
import classes from "./run-view.module.css";

/** What the run wrote to the contact, and what it noted for colleagues. */
export function RunMessages({ execution }: { readonly execution: Execution }) {
  const conversationId = execution.conversationIds.at(-1);
  const { data } = useListMessages(
    conversationId ?? "",
    { executionId: execution.id, limit: 10 },
    { query: { enabled: conversationId !== undefined } },
  );
  const messages = data?.items.filter(({ direction }) => direction === "out").toReversed() ?? [];
  return (
    <>
      {messages.map(({ id, text, status, reason }) => (
        <Stack key={id} gap={4}>
          <Text size="xs" c="dimmed">
            Message to the contact · {status}
            {reason !== null && (
              <>
                : <ReasonText text={reason.message} />
              </>
            )}
          </Text>
          <p className={classes.message}>{text}</p>
        </Stack>
      ))}
      {execution.summary !== null && (
        <Text size="sm">
          <Text span c="dimmed" fz="inherit">
            Summary:{" "}
          </Text>
          {execution.summary}
        </Text>
      )}
    </>
  );
}
