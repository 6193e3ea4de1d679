import { Anchor, Loader } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ConversationTurn } from "../../../api/generated/model";
import { messageLooks } from "../../../components/message-pill.tsx";
import classes from "./transcript.module.css";

/** What the member has just sent, before the server has it. */
export function PendingBubble({ text }: { readonly text: string }) {
  const { icon: Icon, word } = messageLooks.sending;
  return (
    <li className={classes.message} data-direction="out" data-by="member" data-pending>
      <div className={classes.author}>You</div>
      <div className={classes.bubble}>{text}</div>
      <div className={classes.foot}>
        <span className={classes.state}>
          <Icon size={13} aria-hidden />
          {word}
        </span>
      </div>
    </li>
  );
}

/** That an answer is being made, with a way to see how. */
export function Answering({ turn }: { readonly turn: NonNullable<ConversationTurn> }) {
  const { executionId, status } = turn;
  return (
    <div className={classes.answering} role="status">
      <Loader type="dots" size={20} color="gray" aria-hidden />
      <span>{status === "running" ? "The agent is answering…" : "The agent answers in a moment…"}</span>
      <Anchor
        fz="inherit"
        renderRoot={(props) => <Link to="/executions/$executionId" params={{ executionId }} {...props} />}
      >
        Watch
      </Anchor>
    </div>
  );
}
