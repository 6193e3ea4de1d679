import { Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { sentenceOf } from "../../../api/problem.ts";
import { isFilledIn, type ScheduleForm } from "./rules.ts";
import { RunList } from "./run-list.tsx";
import classes from "./schedule.module.css";
import type { SchedulePreview as Preview } from "./use-schedule-preview.ts";

interface SchedulePreviewProps {
  readonly value: ScheduleForm;
  readonly preview: Preview;
  readonly exampleDate: string;
  readonly exampleFault: string | undefined;
  onExampleDate(text: string): void;
}

const missing: Partial<Record<ScheduleForm["kind"], string>> = {
  once: "Choose a date and time to see the run.",
  every: "Name an interval to see the next runs.",
  cron: "Write an expression to see its words and the next runs.",
  relative: "Name the attribute and how far from its date, to see the words.",
};

/** The words and the next five runs of what is in the fields, while one types. */
export function SchedulePreview(props: SchedulePreviewProps) {
  const { value, preview, exampleDate, exampleFault, onExampleDate } = props;
  const { shown, isCurrent, faults, error } = preview;
  if (value.kind === "none")
    return (
      <div className={classes.preview}>
        <Text size="sm">It runs when somebody triggers it: here, by API, or by an agent.</Text>
      </div>
    );
  if (!isFilledIn(value))
    return (
      <div className={classes.preview}>
        <Text size="sm" c="dimmed">
          {missing[value.kind] ?? "Fill in the fields above to see the next runs."}
        </Text>
      </div>
    );
  return (
    <section
      className={classes.preview}
      aria-label="Preview of the schedule"
      aria-busy={!isCurrent && faults.length === 0}
    >
      {shown === undefined ? (
        <Waiting isFaulty={faults.length > 0} error={error} />
      ) : (
        <>
          <Text size="sm" className={classes.words} aria-live="polite">
            {shown.description}
          </Text>
          {faults.length > 0 && (
            <Text size="xs" c="dimmed">
              This is from before the last change, which is refused above.
            </Text>
          )}
          {error !== null && (
            <Text size="xs" c="dimmed">
              {sentenceOf(error)}
            </Text>
          )}
          {shown.next.length > 0 && (
            <RunList
              label="Next runs"
              next={shown.next}
              warnings={shown.warnings}
              timezone={value.timezone ?? "UTC"}
            />
          )}
        </>
      )}
      {value.kind === "relative" && (
        <Stack gap={4} mt="xs">
          <TextInput
            label="Try it with a date"
            description="What a contact's attribute could hold; it is not saved."
            placeholder="2027-03-01T09:00:00Z"
            maw={280}
            value={exampleDate}
            error={exampleFault}
            onChange={(event) => onExampleDate(event.currentTarget.value)}
          />
        </Stack>
      )}
    </section>
  );
}

function Waiting({ isFaulty, error }: { readonly isFaulty: boolean; readonly error: unknown }) {
  if (isFaulty)
    return (
      <Text size="sm" c="dimmed">
        The next runs are shown once the fields above are accepted.
      </Text>
    );
  if (error !== null)
    return (
      <Text size="sm" c="dimmed">
        {sentenceOf(error)}
      </Text>
    );
  return (
    <Stack gap={10} py={4} aria-hidden>
      {["62%", "48%", "51%", "46%", "50%", "49%"].map((width) => (
        <Skeleton key={width} height={10} width={width} radius="xl" />
      ))}
    </Stack>
  );
}
