import { Button, Skeleton, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useGetKnowledge } from "../../api/generated/knowledge/knowledge";
import { CopyId } from "../../components/copy-id.tsx";
import { ErrorState } from "../../components/error-state.tsx";
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
        {mayWrite ? (
          <KnowledgeForm knowledge={undefined} />
        ) : (
          <Text size="sm">Operators and admins write texts.</Text>
        )}
      </Page>
    );
  return <Existing key={knowledgeId} id={knowledgeId} />;
}

function Existing({ id }: { readonly id: string }) {
  const navigate = useNavigate();
  const mayWrite = useMe().can("write");
  const { data, error, refetch } = useGetKnowledge(id);
  if (data === undefined)
    return (
      <Page title="Text" crumbs={crumbs} layout="flow">
        {error === null ? (
          <Skeleton height={320} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    );

  const leave = () => navigate({ to: "/settings/knowledge", ignoreBlocker: true });

  return (
    <Page
      title={data.title}
      crumbs={crumbs}
      layout="flow"
      beside={<CopyId id={id} />}
      actions={
        mayWrite && (
          <Button
            variant="default"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => void removeKnowledge(data, leave)}
          >
            Delete
          </Button>
        )
      }
    >
      <KnowledgeForm knowledge={data} />
    </Page>
  );
}
