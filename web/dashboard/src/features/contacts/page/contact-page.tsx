import { Button } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useGetContact } from "../../../api/generated/contacts/contacts";
import type { Contact } from "../../../api/generated/model";
import { contactLabel } from "../../../components/contact-label.ts";
import { ConversationTable } from "../../../components/conversation-table.tsx";
import { CopyId } from "../../../components/copy-id.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { Notice } from "../../../components/notice.tsx";
import { OptOutPill, optOutWords } from "../../../components/opt-out-pill.tsx";
import { Page } from "../../../components/page.tsx";
import { SplitSkeleton, SplitTabs } from "../../../components/split-tabs/index.ts";
import { RelativeTime } from "../../../components/time.tsx";
import { useMe } from "../../../session/session.ts";
import { optIn } from "../actions/contact-actions.ts";
import { ContactActions } from "./contact-actions-bar.tsx";
import { MemoryTab } from "./memory/memory-tab.tsx";
import { Overview } from "./overview.tsx";
import { TouchesTab } from "./touches-tab.tsx";

const route = getRouteApi("/app/contacts/$contactId");
const crumbs = [{ label: "Contacts", link: { to: "/contacts" } }] as const;

/** One contact: what is known to the left, what was and is to come to the right. */
export function ContactPage() {
  const { contactId } = route.useParams();
  const mayWrite = useMe().can("write");
  const { data: contact, error, refetch } = useGetContact(contactId);
  if (contact === undefined)
    return (
      <Page title="Contact" crumbs={crumbs}>
        {error === null ? <SplitSkeleton /> : <ErrorState error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  return (
    <Page
      title={contactLabel(contact)}
      crumbs={crumbs}
      beside={
        <>
          <OptOutPill contact={contact} />
          <CopyId id={contact.id} />
        </>
      }
      actions={mayWrite && <ContactActions contact={contact} />}
    >
      {contact.optedOutAt !== null && <OptOutNotice contact={contact} mayWrite={mayWrite} />}
      <Content key={contactId} contact={contact} />
    </Page>
  );
}

const first = { wide: "memory", narrow: "overview" } as const;

function Content({ contact }: { readonly contact: Contact }) {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <SplitTabs
      side={{ value: "overview", label: "Overview", content: <Overview contact={contact} /> }}
      tabs={[
        { value: "memory", label: "Memory", content: <MemoryTab contact={contact} /> },
        {
          value: "conversations",
          label: "Conversations",
          content: <Conversations contact={contact} />,
          isFilling: true,
        },
        { value: "touches", label: "Touches", content: <TouchesTab contact={contact} />, isFilling: true },
      ]}
      wanted={tab}
      first={first}
      onChoose={(next) => void navigate({ search: { tab: next }, replace: true })}
    />
  );
}

function Conversations({ contact }: { readonly contact: Contact }) {
  return (
    <ConversationTable
      of={{ contactId: contact.id }}
      empty="A conversation begins when the contact writes on a channel, or a task writes first."
    />
  );
}

function OptOutNotice({ contact, mayWrite }: { readonly contact: Contact; readonly mayWrite: boolean }) {
  return (
    <Notice
      tone="amber"
      mend={
        mayWrite && (
          <Button variant="default" size="compact-xs" onClick={() => void optIn([contact])}>
            Opt in
          </Button>
        )
      }
    >
      Wants no messages since <RelativeTime at={contact.optedOutAt} />: {optOutWords(contact.optedOutReason)}.
      Agents do not write.
    </Notice>
  );
}
