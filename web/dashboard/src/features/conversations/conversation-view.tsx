import { Center, Loader } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useRef } from "react";
import { useGetConversation } from "../../api/generated/conversations/conversations";
import type { Conversation } from "../../api/generated/model";
import { ErrorState } from "../../components/error-state.tsx";
import { MemberName } from "../../components/member-name.tsx";
import { RelativeTime } from "../../components/time.tsx";
import { useMe } from "../../session/session.ts";
import { ContactPanel } from "./contact/contact-panel.tsx";
import classes from "./conversations.module.css";
import { handBack } from "./head/actions.tsx";
import { ConversationHead } from "./head/conversation-head.tsx";
import reply from "./reply/reply.module.css";
import { ReplyBox } from "./reply/reply-box.tsx";
import { Transcript } from "./transcript/transcript.tsx";
import { useAnswerer } from "./use-answerer.ts";

const route = getRouteApi("/app/conversations");

/** One conversation: its transcript with a place to write, and the contact beside it. */
export function ConversationView({ id }: { readonly id: string }) {
  const { data, error, isPending, refetch, dataUpdatedAt } = useGetConversation(id);
  if (isPending)
    return (
      <Center className={classes.middle}>
        <Loader role="progressbar" size="sm" aria-label="Loading" />
      </Center>
    );
  if (data === undefined)
    return (
      <Center className={classes.middle}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Center>
    );
  return <Loaded conversation={data} askedAt={dataUpdatedAt} />;
}

interface LoadedProps {
  readonly conversation: Conversation;
  readonly askedAt: number;
}

function Loaded({ conversation, askedAt }: LoadedProps) {
  const { message } = route.useSearch();
  const navigate = useNavigate();
  const field = useRef<HTMLTextAreaElement>(null);
  const { name } = useAnswerer(conversation);
  const mayWrite = useMe().can("write");
  const latest = useRef(conversation);
  latest.current = conversation;

  // Every bubble has them: another function at each change would draw all of them again.
  const giveBack = useCallback(() => {
    const { channelId } = latest.current;
    void handBack(latest.current, () => navigate({ to: "/channels/$channelId", params: { channelId } }));
  }, [navigate]);
  const write = useCallback(() => field.current?.focus(), []);

  return (
    <>
      <div className={classes.middle}>
        <ConversationHead conversation={conversation} askedAt={askedAt} onHandBack={giveBack} />
        <Transcript conversation={conversation} wanted={message} onHandBack={giveBack} onWrite={write} />
        {conversation.status === "closed" && <ClosedLine conversation={conversation} />}
        {conversation.status === "open" && mayWrite && (
          <ReplyBox conversation={conversation} agentName={name} field={field} onHandBack={giveBack} />
        )}
        {conversation.status === "open" && !mayWrite && (
          <div className={reply.silent}>Your role may read conversations, not write in them.</div>
        )}
      </div>
      <ContactPanel conversation={conversation} />
    </>
  );
}

const closedWords: Readonly<Record<NonNullable<Conversation["closedReason"]>, string>> = {
  member: "Closed",
  agent: "Closed by the agent",
  idle: "Closed since nobody wrote",
  fresh: "Closed since a task began another",
};

function ClosedLine({ conversation }: { readonly conversation: Conversation }) {
  const { closedReason, closedBy, closedAt, closedNote } = conversation;
  return (
    <div className={reply.silent}>
      {closedWords[closedReason ?? "member"]}
      {closedBy?.kind === "member" && closedBy.id !== null && (
        <>
          {" by "}
          <MemberName id={closedBy.id} />
        </>
      )}
      {closedBy?.kind === "api_key" && " by API"} <RelativeTime at={closedAt} />
      {closedNote !== null && <>: “{closedNote}”</>}. The contact’s next message opens another conversation.
    </div>
  );
}
