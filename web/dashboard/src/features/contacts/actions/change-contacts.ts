import type { Contact } from "../../../api/generated/model";
import { addressOf } from "../../../api/live/rules.ts";
import { queryClient } from "../../../api/query-client.ts";
import { sayDone, sayRefused } from "../../../components/say.tsx";
import { openProgress } from "./progress-dialog.tsx";
import { pause, runMany } from "./run-many.ts";
import { nameContacts, reasonsOf } from "./words.ts";

/** So few are done before anyone could read how far they are. */
const mostWithoutProgress = 10;

interface ChangeOrder {
  readonly contacts: readonly Contact[];
  change(contact: Contact): Promise<Contact>;
  /** While it goes on: "Adding the tag vip". */
  readonly doing: string;
  /** "Anna has the tag vip." */
  describeDone(contacts: readonly Contact[]): string;
  /** "got no tag": after the names of those who were refused. */
  readonly notDone: string;
  /** Takes it back, for those who were changed. */
  undo?(contacts: readonly Contact[]): void;
}

/** Changes contacts one by one, says how far it is and what was refused, and offers to take it back. How many were changed. */
export async function changeContacts(order: ChangeOrder): Promise<number> {
  const { contacts, undo } = order;
  if (contacts.length === 0) {
    sayDone("Nothing had to be changed.");
    return 0;
  }
  const stop = new AbortController();
  const progress =
    contacts.length > mostWithoutProgress
      ? openProgress(order.doing, contacts.length, () => stop.abort())
      : undefined;
  const { done, refused, left } = await runMany({
    items: contacts,
    change: order.change,
    pause,
    signal: stop.signal,
    onProgress: (settled) => progress?.tell(settled),
  });
  progress?.close();
  void refreshContacts();
  const changed = done.map(({ result }) => result);
  if (changed.length > 0) {
    const stopped = left.length === 0 ? "" : ` Stopped: ${left.length} left as they were.`;
    sayDone(`${order.describeDone(changed)}${stopped}`, undo && (() => undo(changed)));
  }
  if (refused.length > 0)
    sayRefused(`${nameContacts(refused.map(({ item }) => item))} ${order.notDone}`, reasonsOf(refused));
  return changed.length;
}

/** Asks anew for every list of contacts, every contact that is shown, and what contacts are called elsewhere. */
export async function refreshContacts(): Promise<void> {
  await queryClient.invalidateQueries({
    predicate: ({ queryKey: [first, second], queryKey }) =>
      addressOf(queryKey)?.startsWith("/v1/contacts") === true || (first === "name" && second === "contact"),
  });
}
