import { Button, Skeleton, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useGetTool } from "../../api/generated/tools/tools";
import { CopyId } from "../../components/copy-id.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { Page } from "../../components/page.tsx";
import { useMe } from "../../session/session.ts";
import { removeTool } from "./remove-tool.ts";
import { ToolForm } from "./tool-form.tsx";
import classes from "./tool-page.module.css";
import { ToolTrial } from "./tool-trial.tsx";

const route = getRouteApi("/app/settings/tools/$toolId");
const crumbs = [{ label: "Tools", link: { to: "/settings/tools" } as const }];

/** One tool with a way to try it; the id `new` makes one. */
export function ToolPage() {
  const { toolId } = route.useParams();
  const mayWrite = useMe().can("admin");
  if (toolId === "new")
    return (
      <Page title="New tool" crumbs={crumbs} layout="flow">
        {mayWrite ? <ToolForm tool={undefined} /> : <Text size="sm">Admins make tools.</Text>}
      </Page>
    );
  return <Existing key={toolId} id={toolId} />;
}

function Existing({ id }: { readonly id: string }) {
  const navigate = useNavigate();
  const mayWrite = useMe().can("admin");
  const { data, error, refetch } = useGetTool(id);
  if (data === undefined)
    return (
      <Page title="Tool" crumbs={crumbs} layout="flow">
        {error === null ? (
          <Skeleton height={320} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    );

  const leave = () => navigate({ to: "/settings/tools", ignoreBlocker: true });

  return (
    <Page
      title={data.name}
      crumbs={crumbs}
      layout="flow"
      beside={<CopyId id={id} />}
      actions={
        mayWrite && (
          <Button
            variant="default"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => void removeTool(data, leave)}
          >
            Delete
          </Button>
        )
      }
    >
      <div className={classes.sides}>
        <ToolForm tool={data} />
        {mayWrite && <ToolTrial tool={data} />}
      </div>
    </Page>
  );
}
