import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Message } from "../../../api/generated/model";
import { MessagePill } from "../../../components/message-pill.tsx";
import classes from "./facts.module.css";

/** What contacts got or were to get, each with a way to its place in the conversation. */
export function SentMessages({ messages }: { readonly messages: readonly Message[] }) {
  if (messages.length === 0) return null;
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>Messages</h2>
      <ul className={classes.messages}>
        {messages.map((message) => (
          <li key={message.id} className={classes.message}>
            <div className={classes.text}>{message.text}</div>
            <div className={classes.foot}>
              <MessagePill message={message} />
              <Anchor
                size="xs"
                renderRoot={(props) => (
                  <Link
                    to="/conversations/$conversationId"
                    params={{ conversationId: message.conversationId }}
                    search={{ message: message.id }}
                    {...props}
                  />
                )}
              >
                Open in the conversation
              </Anchor>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
