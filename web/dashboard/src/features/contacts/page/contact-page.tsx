import { Button, Skeleton, Stack, Tabs } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { useGetContact } from "../../../api/generated/contacts/contacts";
import type { Contact } from "../../../api/generated/model";
import { contactLabel } from "../../../components/contact-label.ts";
import { CopyId } from "../../../components/copy-id.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { Page } from "../../../components/page.tsx";
import { RelativeTime } from "../../../components/time.tsx";
import { useMe } from "../../../session/session.ts";
import { optIn } from "../actions/contact-actions.ts";
import { optOutWords } from "../actions/words.ts";
import { OptOutPill } from "../opt-out-pill.tsx";
import { ContactActions } from "./contact-actions-bar.tsx";
import classes from "./contact-page.module.css";
import { ConversationsTab } from "./conversations-tab.tsx";
import { MemoryTab } from "./memory/memory-tab.tsx";
import { Overview } from "./overview.tsx";
import { TouchesTab } from "./touches-tab.tsx";

const route = getRouteApi("/app/contacts/$contactId");
const crumbs = [{ label: "Contacts", link: { to: "/contacts" } }] as const;
const wide = "(min-width: 900px)";

/** One contact: what is known to the left, what was and is to come to the right. */
export function ContactPage() {
  const { contactId } = route.useParams();
  const mayWrite = useMe().can("write");
  const { data: contact, error, refetch } = useGetContact(contactId);
  if (contact === undefined)
    return (
      <Page title="Contact" crumbs={crumbs}>
        {error === null ? <Waiting /> : <ErrorState error={error} onRetry={() => void refetch()} />}
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

type Tab = "overview" | "memory" | "conversations" | "touches";

function Content({ contact }: { readonly contact: Contact }) {
  const { tab: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const isWide = useMediaQuery(wide, undefined, { getInitialValueInEffect: false });
  const first: Tab = isWide ? "memory" : "overview";
  const tab = wanted === undefined || (isWide && wanted === "overview") ? first : wanted;
  const choose = (next: string | null) => void navigate({ search: { tab: next as Tab }, replace: true });
  return (
    <div className={classes.split}>
      {isWide && (
        <aside className={classes.side} aria-label="Overview">
          <Overview contact={contact} />
        </aside>
      )}
      <div className={classes.main}>
        <Tabs value={tab} onChange={choose} keepMounted={false} className={classes.tabs}>
          <Tabs.List className={classes.list}>
            {!isWide && <Tabs.Tab value="overview">Overview</Tabs.Tab>}
            <Tabs.Tab value="memory">Memory</Tabs.Tab>
            <Tabs.Tab value="conversations">Conversations</Tabs.Tab>
            <Tabs.Tab value="touches">Touches</Tabs.Tab>
          </Tabs.List>
          {!isWide && (
            <Tabs.Panel value="overview" className={classes.scroll}>
              <Overview contact={contact} />
            </Tabs.Panel>
          )}
          <Tabs.Panel value="memory" className={classes.scroll}>
            <MemoryTab contact={contact} />
          </Tabs.Panel>
          <Tabs.Panel value="conversations" className={classes.panel}>
            <ConversationsTab contact={contact} />
          </Tabs.Panel>
          <Tabs.Panel value="touches" className={classes.panel}>
            <TouchesTab contact={contact} />
          </Tabs.Panel>
        </Tabs>
      </div>
    </div>
  );
}

function OptOutNotice({ contact, mayWrite }: { readonly contact: Contact; readonly mayWrite: boolean }) {
  return (
    <div className={classes.notice}>
      <span className={classes.noticeText}>
        Wants no messages since <RelativeTime at={contact.optedOutAt} />:{" "}
        {optOutWords(contact.optedOutReason)}. Agents do not write.
      </span>
      {mayWrite && (
        <Button variant="default" size="compact-xs" onClick={() => void optIn([contact])}>
          Opt in
        </Button>
      )}
    </div>
  );
}

/** Where the contact will be. */
function Waiting() {
  return (
    <Stack gap="sm" p="md" maw={360} aria-hidden>
      {["40%", "90%", "75%", "60%", "82%", "48%", "66%"].map((width) => (
        <Skeleton key={width} height={12} width={width} radius="xl" />
      ))}
    </Stack>
  );
}
