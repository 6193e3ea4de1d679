import { Button, Kbd, Textarea } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, type RefObject, useEffect } from "react";
import { useReachable } from "../../../api/connection.ts";
import { getGetContactQueryKey, optInContact, useGetContact } from "../../../api/generated/contacts/contacts";
import type { Conversation } from "../../../api/generated/model";
import { ask } from "../../../components/ask.tsx";
import { contactLabel } from "../../../components/contact-label.ts";
import { usePageKey } from "../../../components/page-keys.ts";
import { sayDone, sayFailed } from "../../../components/say.tsx";
import { useMe } from "../../../session/session.ts";
import { MendButton } from "../gate/mend-button.tsx";
import { findMend } from "../gate/rules.ts";
import { forgetFault, sendText, useOutbox, writeText } from "./outbox.ts";
import classes from "./reply.module.css";

/** As much as the API takes. */
const mostLetters = 10_000;

interface ReplyBoxProps {
  readonly conversation: Conversation;
  /** What the agent that would answer is called. */
  readonly agentName: string | undefined;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  onHandBack(): void;
}

function isTouched(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** Where a member writes to the contact. Enter sends. */
export function ReplyBox({ conversation, agentName, field, onHandBack }: ReplyBoxProps) {
  const { id, controller } = conversation;
  const { text, pending } = useOutbox(id);
  const isReachable = useReachable();
  const isSending = pending !== undefined;
  usePageKey("r", "Write to the contact", () => field.current?.focus());

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    void sendText(id);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Escape") field.current?.blur();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    // A keyboard on the screen has no Shift Enter: there Enter starts a line, and the button sends.
    if (isTouched() && !event.metaKey && !event.ctrlKey) return;
    event.preventDefault();
    submit();
  }

  return (
    <form className={classes.box} onSubmit={submit}>
      <Notice conversation={conversation} onHandBack={onHandBack} onWrite={() => field.current?.focus()} />
      <Textarea
        ref={field}
        aria-label="Message to the contact"
        aria-describedby="reply-hints"
        placeholder="Write to the contact…"
        autosize
        minRows={2}
        maxRows={10}
        maxLength={mostLetters}
        value={text}
        onChange={(event) => writeText(id, event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.foot}>
        <span id="reply-hints" className={classes.hints}>
          {controller !== "human" && (
            <span className={classes.takeover}>
              Writing takes over: {agentName ?? "the agent"} stays silent until you hand back.
            </span>
          )}
          <span className={classes.keys}>
            <Kbd size="xs">Enter</Kbd> sends, <Kbd size="xs">Shift</Kbd> <Kbd size="xs">Enter</Kbd> starts a
            new line
          </span>
        </span>
        <Button
          type="submit"
          className={classes.send}
          loading={isSending}
          disabled={text.trim() === ""}
          leftSection={<IconSend size={14} aria-hidden />}
        >
          {isReachable || isSending ? "Send" : "Try to send"}
        </Button>
      </div>
    </form>
  );
}

interface NoticeProps extends Pick<ReplyBoxProps, "conversation" | "onHandBack"> {
  onWrite(): void;
}

/** Why the last message was not sent or the next will not be, and what mends it. */
function Notice({ conversation, onHandBack, onWrite }: NoticeProps) {
  const { id, channelId, contactId } = conversation;
  const { fault } = useOutbox(id);
  const { data: contact } = useGetContact(contactId);
  const isOptedOut = contact !== undefined && contact.optedOutAt !== null;
  const isAboutOptOut = fault?.code === "contact_opted_out";
  const isOver = isAboutOptOut && contact !== undefined && !isOptedOut;
  // The opt-out ended somewhere else: nothing is in the way any more.
  useEffect(() => {
    if (isOver) forgetFault(id);
  }, [isOver, id]);
  if (contact !== undefined && isOptedOut && (fault === undefined || isAboutOptOut))
    return (
      <div className={classes.notice} role="alert">
        <span>
          {fault !== undefined && "Not sent. "}
          {contactLabel(contact)} opted out and gets no messages.
        </span>
        <EndOptOut contactId={contactId} name={contactLabel(contact)} />
      </div>
    );
  if (fault === undefined) return null;
  return (
    <div className={classes.notice} role="alert">
      <span>Not sent. {fault.message}</span>
      <MendButton
        mend={findMend(fault.code, { channelId, contactId, agentId: null })}
        onHandBack={onHandBack}
        onWrite={onWrite}
      />
    </div>
  );
}

function EndOptOut({ contactId, name }: { readonly contactId: string; readonly name: string }) {
  const client = useQueryClient();
  if (!useMe().can("write")) return null;

  async function end(): Promise<void> {
    const isSure = await ask({
      title: `End the opt-out of ${name}?`,
      text: "Only if the contact asked for it. People and agents may then write again; who ended it is recorded.",
      confirm: "End the opt-out",
    });
    if (!isSure) return;
    try {
      client.setQueryData(getGetContactQueryKey(contactId), await optInContact(contactId, {}));
      sayDone(`${name} may be written to again.`);
    } catch (error) {
      sayFailed("The opt-out was not ended", error);
    }
  }

  return (
    <Button variant="default" size="compact-xs" onClick={() => void end()}>
      End the opt-out…
    </Button>
  );
}
