import { Skeleton, Stack } from "@mantine/core";

const fields = [
  { name: "name", height: 36 },
  { name: "instruction", height: 130 },
  { name: "agent", height: 36 },
  { name: "whom", height: 30 },
  { name: "schedule", height: 64 },
];

/** Where the form will be. */
export function EditorSkeleton() {
  return (
    <Stack gap="lg" maw={640} aria-hidden>
      {fields.map(({ name, height }) => (
        <Stack key={name} gap={6}>
          <Skeleton height={10} width={96} radius="xl" />
          <Skeleton height={height} />
        </Stack>
      ))}
    </Stack>
  );
}
