import { Anchor, Group, Text, TextInput } from "@mantine/core";
import type { KindFieldsProps } from "./fields-props.ts";

const cronExamples = ["0 9 * * MON-FRI", "*/15 8-18 * * *", "0 18 L * *", "0 10 * * FRI#2"];

export function CronFields({ value, onChange, errorOf }: KindFieldsProps) {
  return (
    <div>
      <TextInput
        label="Cron expression"
        description="Minute, hour, day of month, month, day of week. Names, lists, ranges and steps; L for the last day; FRI#2 for the second Friday."
        required
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        value={value.cron}
        onChange={(event) => onChange({ cron: event.currentTarget.value })}
        error={errorOf("schedule.cron")}
        data-path="schedule.cron"
      />
      <Group gap="sm" mt={4}>
        <Text size="xs" c="dimmed">
          Examples
        </Text>
        {cronExamples.map((cron) => (
          <Anchor
            key={cron}
            component="button"
            type="button"
            size="xs"
            ff="monospace"
            onClick={() => onChange({ cron })}
          >
            {cron}
          </Anchor>
        ))}
      </Group>
    </div>
  );
}
