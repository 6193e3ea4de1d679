import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useListContactMemory, useListUpcomingTouches } from "../../../api/generated/contacts/contacts";
import { useListConversations } from "../../../api/generated/conversations/conversations";
import type { UpcomingTouchesItemsItem } from "../../../api/generated/model";
import { ControllerPill } from "../../../components/controller-pill.tsx";
import { RelativeTime } from "../../../components/time.tsx";
import classes from "./contact.module.css";
import { touchWords } from "./rules.ts";
import { Section } from "./section.tsx";

const mostFacts = 5;
const mostTouches = 5;
const mostConversations = 5;

/** What agents and members remember of the contact, the newest first. */
export function Memory({ contactId }: { readonly contactId: string }) {
  const { data } = useListContactMemory(contactId, { limit: mostFacts });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Section title="Remembered">
      <ul className={classes.list}>
        {data.items.map(({ id, text, source, createdAt }) => (
          <li key={id}>
            {text}
            <span className={classes.under}>
              {sourceWords[source]} <RelativeTime at={createdAt} />
            </span>
          </li>
        ))}
      </ul>
      {data.nextCursor !== null && (
        <Anchor
          size="xs"
          renderRoot={(props) => <Link to="/contacts/$contactId" params={{ contactId }} {...props} />}
        >
          All that is remembered
        </Anchor>
      )}
    </Section>
  );
}

const sourceWords = { agent: "By an agent", member: "By a member", api: "By API" } as const;

/** What will reach the contact. */
export function Upcoming({ contactId }: { readonly contactId: string }) {
  const { data } = useListUpcomingTouches(contactId);
  if (data === undefined) return null;
  const shown = data.items.slice(0, mostTouches);
  const more = data.items.length - shown.length;
  return (
    <Section title="To come">
      {shown.length === 0 && (
        <span className={classes.faint}>No task will write and no message is held.</span>
      )}
      <ul className={classes.list}>
        {shown.map((touch) => (
          <li key={`${touch.at} ${touch.taskId} ${touch.messageId}`}>
            <TouchLink touch={touch} />
            <span className={classes.under}>
              <RelativeTime at={touch.at} />
              {touchWords[touch.kind]}
            </span>
          </li>
        ))}
      </ul>
      {(more > 0 || data.truncated) && (
        <span className={classes.faint}>
          {more > 0 ? `and ${more}${data.truncated ? " or" : ""} more` : "and more"}
        </span>
      )}
    </Section>
  );
}

function TouchLink({ touch }: { readonly touch: UpcomingTouchesItemsItem }) {
  const { kind, taskId, taskName, messageId, conversationId } = touch;
  if (kind === "held_message" && conversationId !== null)
    return (
      <Link
        to="/conversations/$conversationId"
        params={{ conversationId }}
        search={messageId === null ? {} : { message: messageId }}
        className={classes.link}
      >
        Held message
      </Link>
    );
  if (taskId === null) return <span>Task</span>;
  return (
    <Link to="/tasks/$taskId" params={{ taskId }} className={classes.link}>
      {taskName ?? "Task"}
    </Link>
  );
}

interface OtherConversationsProps {
  readonly contactId: string;
  /** Stands beside already. */
  readonly shownId: string;
}

export function OtherConversations({ contactId, shownId }: OtherConversationsProps) {
  const { data } = useListConversations({ contactId, limit: mostConversations + 1 });
  const others = (data?.items ?? []).filter(({ id }) => id !== shownId).slice(0, mostConversations);
  if (others.length === 0) return null;
  return (
    <Section title="Other conversations">
      <ul className={classes.list}>
        {others.map((conversation) => (
          <li key={conversation.id} className={classes.other}>
            <Link
              to="/conversations/$conversationId"
              params={{ conversationId: conversation.id }}
              className={classes.link}
            >
              <RelativeTime at={conversation.lastMessageAt} />
            </Link>
            <ControllerPill {...conversation} />
          </li>
        ))}
      </ul>
      {data?.nextCursor !== null && (
        <Anchor
          size="xs"
          renderRoot={(props) => <Link to="/conversations" search={{ contactId }} {...props} />}
        >
          All of this contact
        </Anchor>
      )}
    </Section>
  );
}
