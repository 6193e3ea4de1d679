import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useGetKnowledge } from "../../api/generated/knowledge/knowledge";
import type { Knowledge } from "../../api/generated/model";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { ObjectPage } from "../../components/object-page.tsx";
import { Page } from "../../components/page.tsx";
import { useMe } from "../../session/session.ts";
import { KnowledgeForm } from "./knowledge-form.tsx";
import { removeKnowledge } from "./remove-knowledge.ts";

const route = getRouteApi("/app/settings/knowledge/$knowledgeId");
const crumbs = [{ label: "Knowledge", link: { to: "/settings/knowledge" } as const }];

/** One text; the id `new` makes one. */
export function KnowledgePage() {
  const { knowledgeId } = route.useParams();
  const mayWrite = useMe().can("write");
  if (knowledgeId === "new")
    return (
      <Page title="New text" crumbs={crumbs} layout="flow">
        {mayWrite ? <KnowledgeForm knowledge={undefined} /> : <NotAllowed what="write texts" />}
      </Page>
    );
  return <Existing key={knowledgeId} id={knowledgeId} />;
}

function Existing({ id }: { readonly id: string }) {
  const navigate = useNavigate();
  const mayWrite = useMe().can("write");
  const leave = () => navigate({ to: "/settings/knowledge", ignoreBlocker: true });
  return (
    <ObjectPage<Knowledge>
      crumbs={crumbs}
      noun="Text"
      query={useGetKnowledge(id)}
      nameOf={({ title }) => title}
      onRemove={mayWrite ? (knowledge) => void removeKnowledge(knowledge, leave) : undefined}
    >
      {(knowledge) => <KnowledgeForm knowledge={knowledge} />}
    </ObjectPage>
  );
}
