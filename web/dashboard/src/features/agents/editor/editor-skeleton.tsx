import { Skeleton, Stack } from "@mantine/core";
import { Page } from "../../../components/page.tsx";
import classes from "./editor.module.css";

const heights = [
  ["name", 36],
  ["instructions", 180],
  ["guidance", 80],
  ["provider", 36],
  ["language", 36],
] as const;

/** Stands where the form and the test will be. */
export function EditorSkeleton({ title }: { readonly title: string }) {
  return (
    <Page title={title} crumbs={[{ label: "Agents", link: { to: "/agents" } }]}>
      <div className={classes.split} data-shown="form" aria-busy="true">
        <Stack className={classes.form} gap="lg">
          {heights.map(([field, height]) => (
            <div key={field} style={{ maxWidth: 640 }}>
              <Skeleton height={12} width={120} mb={8} />
              <Skeleton height={height} />
            </div>
          ))}
        </Stack>
        <div className={classes.test} />
      </div>
    </Page>
  );
}
