import { useGetAgent } from "../../../api/generated/agents/agents";
import type { Message } from "../../../api/generated/model";
import { useGetModelProvider } from "../../../api/generated/model-providers/model-providers";
import { ContactName } from "../../../components/links.tsx";
import { MemberName } from "../../../components/member-name.tsx";
import classes from "./transcript.module.css";

/** Who wrote a message. */
export function AuthorName({ author }: { readonly author: Message["author"] }) {
  const { kind, id } = author;
  if (kind === "contact") return <ContactName id={id} none="Contact" />;
  if (kind === "system") return <span>Errand</span>;
  if (kind === "member") return id === null ? <span>By API</span> : <MemberName id={id} />;
  return id === null ? <span>Agent</span> : <AgentAuthor id={id} />;
}

function AgentAuthor({ id }: { readonly id: string }) {
  const { data, isError } = useGetAgent(id);
  const providerId = data?.modelProviderId ?? null;
  const provider = useGetModelProvider(providerId ?? "", { query: { enabled: providerId !== null } });
  return (
    <>
      <span>{data?.name ?? (isError ? "Deleted agent" : "Agent")}</span>
      {provider.data?.kind === "sandbox" && <span className={classes.sandbox}>Sandbox model</span>}
    </>
  );
}
