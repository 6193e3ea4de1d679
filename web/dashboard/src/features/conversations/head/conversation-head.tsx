import { ActionIcon, Button, Group } from "@mantine/core";
import { IconArrowLeft, IconArrowsExchange, IconCircleCheck, IconUser } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useGetChannel } from "../../../api/generated/channels/channels";
import type { Conversation } from "../../../api/generated/model";
import { ControllerPill } from "../../../components/controller-pill.tsx";
import { ContactName } from "../../../components/links.tsx";
import { useName } from "../../../components/names.ts";
import { useMe } from "../../../session/session.ts";
import { useChangeSearch } from "../use-change-search.ts";
import { closeWithNote } from "./actions.tsx";
import classes from "./head.module.css";
import { SessionLine } from "./session-line.tsx";

const route = getRouteApi("/app/conversations");

interface ConversationHeadProps {
  readonly conversation: Conversation;
  readonly askedAt: number;
  onHandBack(): void;
}

/** Whom one talks to, where, who speaks for the company and until when; what can be done about it. */
export function ConversationHead({ conversation, askedAt, onHandBack }: ConversationHeadProps) {
  const { contactId, channelId, status, controller } = conversation;
  const mayWrite = useMe().can("write");
  const search = route.useSearch();
  const changeSearch = useChangeSearch();
  const isPanelOpen = search.panel === true;
  const { data: channel } = useGetChannel(channelId);
  const name = useName("contact", contactId) ?? "the contact";
  const isOpen = status === "open";
  return (
    <header className={classes.head}>
      <div className={classes.line}>
        <ActionIcon
          className={classes.back}
          variant="subtle"
          color="gray"
          aria-label="Back to the conversations"
          renderRoot={(props) => (
            <Link
              from="/conversations"
              to="/conversations"
              search={(before) => ({ ...before, message: undefined, panel: undefined })}
              {...props}
            />
          )}
        >
          <IconArrowLeft size={18} aria-hidden />
        </ActionIcon>
        <h2 className={classes.name}>
          <ContactName id={contactId} />
        </h2>
        <ControllerPill {...conversation} />
      </div>
      <Group gap="xs" wrap="nowrap" className={classes.actions}>
        {mayWrite && isOpen && controller !== "agent" && (
          <Button leftSection={<IconArrowsExchange size={14} aria-hidden />} onClick={onHandBack}>
            Hand back
          </Button>
        )}
        {mayWrite && isOpen && (
          <Button
            variant="default"
            leftSection={<IconCircleCheck size={14} aria-hidden />}
            onClick={() => closeWithNote(conversation, name)}
          >
            Close
          </Button>
        )}
        <Button
          className={classes.panelButton}
          variant="default"
          aria-expanded={isPanelOpen}
          leftSection={<IconUser size={14} aria-hidden />}
          onClick={() => changeSearch({ ...search, panel: isPanelOpen ? undefined : true })}
        >
          Contact
        </Button>
      </Group>
      <div className={classes.under}>
        {channel !== undefined && (
          <Link to="/channels/$channelId" params={{ channelId }} className={classes.channel}>
            {channel.name}
          </Link>
        )}
        <SessionLine conversation={conversation} askedAt={askedAt} />
      </div>
    </header>
  );
}
