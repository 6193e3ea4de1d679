import { useListKnowledge } from "../../api/generated/knowledge/knowledge";
import type { AuditEntry } from "../../api/generated/model";
import { useListModelProviders } from "../../api/generated/model-providers/model-providers";
import { useListTools } from "../../api/generated/tools/tools";
import { useChannelName } from "../../components/channel-name.tsx";
import { shortId } from "../../components/copy-id.tsx";
import { LightLink } from "../../components/light-link.tsx";
import { useName } from "../../components/names.ts";
import { linkOfId } from "../../components/object-link.ts";
import { useMe } from "../../session/session.ts";
import { nameInChanges } from "./audit-words.ts";

interface TargetProps {
  readonly entry: AuditEntry;
  /** Of members and API keys, by id. */
  readonly names: ReadonlyMap<string, string>;
}

/** The object by its name, which leads to it while it exists. */
export function Target({ entry, names }: TargetProps) {
  const { kind, id } = entry.target;
  if (id === null) return <span>–</span>;
  if (kind === "task" || kind === "agent" || kind === "contact")
    return <Asked kind={kind} id={id} entry={entry} />;
  if (kind === "channel") return <Channel id={id} entry={entry} />;
  if (kind === "modelProvider") return <Provider id={id} entry={entry} />;
  if (kind === "tool") return <Tool id={id} entry={entry} />;
  if (kind === "knowledge") return <Knowledge id={id} entry={entry} />;
  if (kind === "workspace") return <Workspace id={id} />;
  if (kind === "member" || kind === "apiKey")
    return <Named id={id} name={names.get(id) ?? null} entry={entry} />;
  // An execution or a conversation has no name, and an invitation no page of its own.
  return <Named id={id} name={nameInChanges(entry.changes) ?? shortId(id)} entry={entry} />;
}

interface NamedProps extends Pick<TargetProps, "entry"> {
  readonly id: string;
  /** Undefined while it is asked for, null if the object is gone. */
  readonly name: string | null | undefined;
}

function Named({ id, name, entry }: NamedProps) {
  const told = nameInChanges(entry.changes) ?? shortId(id);
  const link = linkOfId(id);
  if (name === null) return <span title="It is there no more.">{told}</span>;
  if (link === undefined) return <span>{name ?? told}</span>;
  return <LightLink link={link}>{name ?? told}</LightLink>;
}

type OneProps = Pick<NamedProps, "id" | "entry">;

function Asked({ kind, ...rest }: OneProps & { readonly kind: "task" | "agent" | "contact" }) {
  return <Named {...rest} name={useName(kind, rest.id)} />;
}

function Channel(props: OneProps) {
  return <Named {...props} name={useChannelName(props.id)} />;
}

/** A workspace has few of the following: they are asked for together. */
const all = { limit: 100 } as const;

function Provider(props: OneProps) {
  return <Named {...props} name={findName(useListModelProviders(all).data, props.id, ({ name }) => name)} />;
}

function Tool(props: OneProps) {
  return <Named {...props} name={findName(useListTools(all).data, props.id, ({ name }) => name)} />;
}

function Knowledge(props: OneProps) {
  return <Named {...props} name={findName(useListKnowledge(all).data, props.id, ({ title }) => title)} />;
}

interface Listed<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Null only where all of them are known. */
function findName<T extends { readonly id: string }>(
  list: Listed<T> | undefined,
  id: string,
  label: (item: T) => string,
): string | null | undefined {
  const item = list?.items.find((one) => one.id === id);
  if (item !== undefined) return label(item);
  return list?.nextCursor === null ? null : undefined;
}

function Workspace({ id }: { readonly id: string }) {
  const { membership } = useMe();
  const link = linkOfId(id);
  return link === undefined ? (
    membership.workspaceName
  ) : (
    <LightLink link={link}>{membership.workspaceName}</LightLink>
  );
}
