import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Contact } from "../../../api/generated/model";
import { JsonView } from "../../../components/code/json-view.tsx";
import { Fact, FactGroup, Facts } from "../../../components/facts.tsx";
import { ExactTime, RelativeTime } from "../../../components/time.tsx";
import { useMe } from "../../../session/session.ts";
import { toText } from "../values/rules.ts";
import classes from "./overview.module.css";

/** What is known of the contact. */
export function Overview({ contact }: { readonly contact: Contact }) {
  const { attributes, identities, meta, tags } = contact;
  return (
    <>
      <FactGroup title="Contact">
        <Facts>
          <Fact label="Name">{contact.name}</Fact>
          <Fact label="E-mail">{contact.email}</Fact>
          <Fact label="Phone">{contact.phone}</Fact>
          <Fact label="Language">{contact.language}</Fact>
          <Fact label="Time zone">{contact.timezone}</Fact>
          <Fact label="External id">{contact.externalId}</Fact>
          <Fact label="Tags">{tags.length > 0 && <Tags tags={tags} />}</Fact>
        </Facts>
      </FactGroup>
      <FactGroup title="Attributes">
        <Attributes contact={contact} attributes={attributes} />
      </FactGroup>
      <FactGroup title="Identities">
        {identities.length === 0 ? (
          <p className={classes.none}>None yet. One appears when the contact writes on a channel.</p>
        ) : (
          <Facts>
            {identities.map(({ platform, address }) => (
              <Fact key={`${platform} ${address}`} label={platform}>
                {address}
              </Fact>
            ))}
          </Facts>
        )}
      </FactGroup>
      <FactGroup title="Record">
        <Facts>
          <Fact label="Last message">
            {contact.lastActivityAt === null ? "Never" : <RelativeTime at={contact.lastActivityAt} />}
          </Fact>
          <Fact label="Created">
            <ExactTime at={contact.createdAt} />
          </Fact>
          <Fact label="Changed">
            <RelativeTime at={contact.updatedAt} />
          </Fact>
        </Facts>
      </FactGroup>
      {Object.keys(meta).length > 0 && (
        <FactGroup title="Meta">
          <JsonView value={meta} label="meta" />
        </FactGroup>
      )}
    </>
  );
}

function Tags({ tags }: { readonly tags: readonly string[] }) {
  return (
    <span className={classes.tags}>
      {tags.map((tag) => (
        <span key={tag} className={classes.tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}

interface AttributesProps {
  readonly contact: Contact;
  readonly attributes: Contact["attributes"];
}

function Attributes({ contact, attributes }: AttributesProps) {
  const mayWrite = useMe().can("write");
  const entries = Object.entries(attributes);
  if (entries.length === 0)
    return (
      <p className={classes.none}>
        None. Your systems set them by API or import
        {mayWrite && (
          <>
            , or{" "}
            <Anchor
              fz="inherit"
              underline="always"
              renderRoot={(props) => (
                <Link to="/contacts/$contactId/edit" params={{ contactId: contact.id }} {...props} />
              )}
            >
              add one by hand
            </Anchor>
          </>
        )}
        .
      </p>
    );
  return (
    <Facts>
      {entries.map(([name, value]) => (
        <Fact key={name} label={name}>
          {toText(value) === "" ? "(empty)" : toText(value)}
        </Fact>
      ))}
    </Facts>
  );
}
