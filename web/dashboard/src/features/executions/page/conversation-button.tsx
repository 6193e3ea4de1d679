import { Button } from "@mantine/core";
import { IconMessageCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Execution } from "../../../api/generated/model";
import { useSentMessages } from "../facts/use-sent-messages.ts";

/** The way to the conversation it wrote in, at its latest message there. */
export function ConversationButton({ execution }: { readonly execution: Execution }) {
  const conversationId = execution.conversationIds.at(-1);
  const latest = useSentMessages(execution).findLast((message) => message.conversationId === conversationId);
  if (conversationId === undefined) return null;
  return (
    <Button
      variant="default"
      leftSection={<IconMessageCircle size={14} aria-hidden />}
      renderRoot={(props) => (
        <Link
          to="/conversations/$conversationId"
          params={{ conversationId }}
          search={latest === undefined ? {} : { message: latest.id }}
          {...props}
        />
      )}
    >
      Conversation
    </Button>
  );
}
