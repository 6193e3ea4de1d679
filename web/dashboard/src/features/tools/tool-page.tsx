import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { Tool } from "../../api/generated/model";
import { useGetTool } from "../../api/generated/tools/tools";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { ObjectPage } from "../../components/object-page.tsx";
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
        {mayWrite ? <ToolForm tool={undefined} /> : <NotAllowed what="make tools" scope="admin" />}
      </Page>
    );
  return <Existing key={toolId} id={toolId} />;
}

function Existing({ id }: { readonly id: string }) {
  const navigate = useNavigate();
  const mayWrite = useMe().can("admin");
  const leave = () => navigate({ to: "/settings/tools", ignoreBlocker: true });
  return (
    <ObjectPage<Tool>
      crumbs={crumbs}
      noun="Tool"
      query={useGetTool(id)}
      nameOf={({ name }) => name}
      onRemove={mayWrite ? (tool) => void removeTool(tool, leave) : undefined}
    >
      {(tool) => (
        <div className={classes.sides}>
          <ToolForm tool={tool} />
          {mayWrite && <ToolTrial tool={tool} />}
        </div>
      )}
    </ObjectPage>
  );
}
