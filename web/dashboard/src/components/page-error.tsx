import { Center } from "@mantine/core";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ErrorState } from "./error-state.tsx";

/** For a page that could not be loaded or failed while it was drawn. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Center h="100%" mih={320}>
      <ErrorState error={error} onRetry={retry} />
    </Center>
  );
}
