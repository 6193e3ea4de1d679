import { ActionIcon, Anchor, Badge, Button, Skeleton, Stack } from "@mantine/core";
import { IconArrowLeft, IconPlus } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useGetContact } from "../../../api/generated/contacts/contacts";
import type { Contact, Conversation } from "../../../api/generated/model";
import { contactLabel } from "../../../components/contact-label.ts";
import { CopyId } from "../../../components/copy-id.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { OptOutPill, optOutWords } from "../../../components/opt-out-pill.tsx";
import { RelativeTime, useNow } from "../../../components/time.tsx";
import { useMe } from "../../../session/session.ts";
import layout from "../conversations.module.css";
import { useChangeSearch } from "../use-change-search.ts";
import classes from "./contact.module.css";
import { Memory, OtherConversations, Upcoming } from "./known.tsx";
import { languageName, localTime, valueWords } from "./rules.ts";
import { Section } from "./section.tsx";

const route = getRouteApi("/app/conversations");
const mostAttributes = 12;

/** Whom one talks to: what is known of them, what was and what is to come. */
export function ContactPanel({ conversation }: { readonly conversation: Conversation }) {
  const { contactId } = conversation;
  const { data, error, refetch } = useGetContact(contactId);
  const search = route.useSearch();
  const changeSearch = useChangeSearch();
  const close = () => changeSearch({ ...search, panel: undefined });
  return (
    <section className={layout.panel} aria-label="Contact" tabIndex={0}>
      <div className={layout.panelHead}>
        <ActionIcon variant="subtle" color="gray" aria-label="Back to the messages" onClick={close}>
          <IconArrowLeft size={18} aria-hidden />
        </ActionIcon>
        Contact
      </div>
      {data === undefined && error === null && <PanelSkeleton />}
      {data === undefined && error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <Known contact={data} conversation={conversation} />}
    </section>
  );
}

function Known({
  contact,
  conversation,
}: {
  readonly contact: Contact;
  readonly conversation: Conversation;
}) {
  const { id, tags, optedOutAt, optedOutReason } = contact;
  const mayWrite = useMe().can("write");
  return (
    <>
      <div className={classes.head}>
        <h3 className={classes.name}>
          <Link to="/contacts/$contactId" params={{ contactId: id }} className={classes.link}>
            {contactLabel(contact)}
          </Link>
        </h3>
        {optedOutAt !== null && (
          <div className={classes.optOut}>
            <OptOutPill contact={contact} />
            <span>
              <RelativeTime at={optedOutAt} />, {optOutWords(optedOutReason)}
            </span>
          </div>
        )}
        {mayWrite && (
          <Button
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            renderRoot={(props) => <Link to="/tasks/new" search={{ contactId: id }} {...props} />}
          >
            New task for them
          </Button>
        )}
      </div>
      <Facts contact={contact} />
      {tags.length > 0 && (
        <Section title="Tags">
          <div className={classes.tags}>
            {tags.map((tag) => (
              <Badge key={tag} variant="light" color="gray" tt="none" fw={500}>
                {tag}
              </Badge>
            ))}
          </div>
        </Section>
      )}
      <Attributes contact={contact} />
      <Memory contactId={id} />
      <Upcoming contactId={id} />
      <OtherConversations contactId={id} shownId={conversation.id} />
      <Section title="Ids">
        <Stack gap={8} align="flex-start">
          <CopyId id={conversation.id} />
          <CopyId id={id} />
        </Stack>
      </Section>
    </>
  );
}

interface Fact {
  readonly key: string;
  readonly name: string;
  /** Null: not known. */
  readonly value: ReactNode;
}

function Facts({ contact }: { readonly contact: Contact }) {
  const { email, phone, timezone, language, externalId, identities } = contact;
  const now = useNow();
  const facts: readonly Fact[] = [
    {
      key: "email",
      name: "E-mail",
      value: email === null ? null : <Reach href={`mailto:${email}`} text={email} />,
    },
    {
      key: "phone",
      name: "Phone",
      value: phone === null ? null : <Reach href={`tel:${phone}`} text={phone} />,
    },
    {
      key: "time",
      name: "Time there",
      value:
        timezone === null ? null : (
          <>
            {localTime(now, timezone)} <span className={classes.faint}>{timezone}</span>
          </>
        ),
    },
    { key: "language", name: "Language", value: language === null ? null : languageName(language) },
    { key: "externalId", name: "Your id", value: externalId },
    ...identities.map(({ platform, address }) => ({
      key: `${platform} ${address}`,
      name: platform === "web" ? "Web" : platform,
      value: (
        <span className={classes.address} title={address}>
          {address}
        </span>
      ),
    })),
  ];
  const known = facts.filter(({ value }) => value !== null);
  if (known.length === 0)
    return (
      <Section title="About">
        <span className={classes.faint}>Nothing is known of this contact yet.</span>
      </Section>
    );
  return (
    <Section title="About">
      <dl className={classes.facts}>
        {known.map(({ key, name, value }) => (
          <div key={key}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Reach({ href, text }: { readonly href: string; readonly text: string }) {
  return (
    <Anchor href={href} fz="inherit">
      {text}
    </Anchor>
  );
}

function Attributes({ contact: { id, attributes } }: { readonly contact: Contact }) {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return null;
  return (
    <Section title="Attributes">
      <dl className={classes.facts}>
        {entries.slice(0, mostAttributes).map(([name, value]) => (
          <div key={name}>
            <dt title={name}>{name}</dt>
            <dd>{valueWords(value)}</dd>
          </div>
        ))}
      </dl>
      {entries.length > mostAttributes && (
        <Anchor
          size="xs"
          renderRoot={(props) => <Link to="/contacts/$contactId" params={{ contactId: id }} {...props} />}
        >
          All {entries.length} attributes
        </Anchor>
      )}
    </Section>
  );
}

function PanelSkeleton() {
  return (
    <Stack p="md" gap="sm" aria-hidden>
      <Skeleton height={14} width="60%" />
      <Skeleton height={10} width="80%" />
      <Skeleton height={10} width="72%" />
      <Skeleton height={10} width="50%" />
    </Stack>
  );
}
