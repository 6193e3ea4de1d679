import { Button, Skeleton } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { CopyId } from "./copy-id.tsx";
import { ErrorState } from "./error-state.tsx";
import { type Crumb, Page } from "./page.tsx";

interface ObjectPageProps<T> {
  readonly crumbs: readonly Crumb[];
  /** What it is called until its name is known: "Tool". */
  readonly noun: string;
  readonly query: { readonly data: T | undefined; readonly error: unknown; refetch(): Promise<unknown> };
  nameOf(object: T): string;
  /** Absent where the member may not. */
  readonly onRemove?: ((object: T) => void) | undefined;
  children(object: T): ReactNode;
}

/** The page of one object of the settings: its form under its name, with its id and a way to delete it. */
export function ObjectPage<T extends { readonly id: string }>(props: ObjectPageProps<T>) {
  const { crumbs, noun, query, nameOf, onRemove, children } = props;
  const { data, error, refetch } = query;
  if (data === undefined)
    return (
      <Page title={noun} crumbs={crumbs} layout="flow">
        {error === null ? (
          <Skeleton height={320} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  return (
    <Page
      title={nameOf(data)}
      crumbs={crumbs}
      layout="flow"
      beside={<CopyId id={data.id} />}
      actions={
        onRemove !== undefined && (
          <Button
            variant="default"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => onRemove(data)}
          >
            Delete
          </Button>
        )
      }
    >
      {children(data)}
    </Page>
  );
}
