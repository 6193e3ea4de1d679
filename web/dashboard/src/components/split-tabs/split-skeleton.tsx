import { Skeleton, Stack } from "@mantine/core";

/** Where the object will be. */
export function SplitSkeleton() {
  return (
    <Stack gap="sm" p="md" maw={360} aria-hidden>
      {["40%", "90%", "75%", "60%", "82%", "48%", "66%"].map((width) => (
        <Skeleton key={width} height={12} width={width} radius="xl" />
      ))}
    </Stack>
  );
}
