import { Tooltip } from "@mantine/core";
import type { Contact } from "../../../api/generated/model";
import type { Column } from "../../../components/data-table/index.ts";
import { OptOutPill } from "../../../components/opt-out-pill.tsx";
import { RelativeTime } from "../../../components/time.tsx";
import classes from "./columns.module.css";

const mostTags = 3;

/** What the list shows of each contact. */
export const contactColumns: readonly Column<Contact>[] = [
  { key: "name", header: "Name", isLink: true, render: (contact) => <Name contact={contact} /> },
  { key: "email", header: "E-mail", width: "19%", from: 900, render: ({ email }) => <Text text={email} /> },
  { key: "phone", header: "Phone", width: 136, from: 1000, render: ({ phone }) => <Text text={phone} /> },
  { key: "tags", header: "Tags", width: "17%", from: 600, render: ({ tags }) => <Tags tags={tags} /> },
  {
    key: "language",
    header: "Language",
    width: 92,
    from: 1200,
    render: ({ language }) => <Text text={language} />,
  },
  {
    key: "timezone",
    header: "Time zone",
    width: 140,
    from: 1200,
    render: ({ timezone }) => <Text text={timezone} />,
  },
  {
    key: "activity",
    header: "Last message",
    width: 108,
    render: ({ lastActivityAt }) => <RelativeTime at={lastActivityAt} />,
  },
];

function Text({ text }: { readonly text: string | null }) {
  return text === null ? <span>–</span> : <span title={text}>{text}</span>;
}

function Name({ contact }: { readonly contact: Contact }) {
  const { name, email, phone, externalId, optedOutAt } = contact;
  const address = email ?? phone ?? externalId;
  return (
    <div className={classes.name}>
      <span className={classes.title}>
        {name === null ? (
          <span className={classes.nameless}>{address ?? "Visitor without a name"}</span>
        ) : (
          <span title={name}>{name}</span>
        )}
        {optedOutAt !== null && <OptOutPill contact={contact} />}
      </span>
      {name !== null && address !== null && <span className={classes.address}>{address}</span>}
    </div>
  );
}

function Tags({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return <span>–</span>;
  const more = tags.length - mostTags;
  return (
    <Tooltip label={tags.join(", ")} multiline maw={320} disabled={more <= 0}>
      <div className={classes.tags}>
        {tags.slice(0, mostTags).map((tag) => (
          <span key={tag} className={classes.tag} title={tag}>
            {tag}
          </span>
        ))}
        {more > 0 && <span className={classes.more}>+{more}</span>}
      </div>
    </Tooltip>
  );
}
