import type { LinkProps } from "@tanstack/react-router";
import { LightLink } from "./light-link.tsx";
import { useName } from "./names.ts";

/** Names of other objects, each a way to its page. */

interface NameProps {
  readonly id: string | null;
  /** What stands there without an object. */
  readonly none?: string;
}

interface LinkedProps {
  readonly name: string | null | undefined;
  readonly gone: string;
  readonly link: LinkProps;
}

function Linked({ name, gone, link }: LinkedProps) {
  if (name === null) return <span>{gone}</span>;
  return <LightLink link={link}>{name ?? "…"}</LightLink>;
}

export function AgentName({ id, none = "Default agent" }: NameProps) {
  const name = useName("agent", id);
  if (id === null) return <span>{none}</span>;
  return (
    <Linked name={name} gone="Deleted agent" link={{ to: "/agents/$agentId", params: { agentId: id } }} />
  );
}

export function ContactName({ id, none = "–" }: NameProps) {
  const name = useName("contact", id);
  if (id === null) return <span>{none}</span>;
  return (
    <Linked
      name={name}
      gone="Deleted contact"
      link={{ to: "/contacts/$contactId", params: { contactId: id } }}
    />
  );
}

export function TaskName({ id, none = "–" }: NameProps) {
  const name = useName("task", id);
  if (id === null) return <span>{none}</span>;
  return <Linked name={name} gone="Deleted task" link={{ to: "/tasks/$taskId", params: { taskId: id } }} />;
}
