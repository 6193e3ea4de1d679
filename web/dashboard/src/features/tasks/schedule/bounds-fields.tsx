import { NumberInput, TextInput } from "@mantine/core";
import { DurationField } from "../../../components/form";
import type { KindFieldsProps } from "./fields-props.ts";
import classes from "./schedule.module.css";

/** When the schedule begins and is over, and how its runs are spread. */
export function BoundsFields({ value, onChange, errorOf }: KindFieldsProps) {
  const zone = value.timezone ?? "UTC";
  return (
    <>
      {value.kind !== "once" && (
        <>
          <div className={classes.row}>
            <TextInput
              type="datetime-local"
              label="Starts"
              description={startWords(value.kind, zone)}
              w={280}
              value={value.startsAt}
              onChange={(event) => onChange({ startsAt: event.currentTarget.value })}
              error={errorOf("schedule.startsAt")}
              data-path="schedule.startsAt"
            />
            <TextInput
              type="datetime-local"
              label="Ends"
              description={`No run after it, in ${zone}.`}
              w={280}
              value={value.endsAt}
              onChange={(event) => onChange({ endsAt: event.currentTarget.value })}
              error={errorOf("schedule.endsAt")}
              data-path="schedule.endsAt"
            />
          </div>
          <NumberInput
            label="Runs at most"
            description="The schedule is over after this many, 1 to 1,000,000. Skipped runs do not count."
            placeholder="No limit"
            min={1}
            clampBehavior="none"
            classNames={{ wrapper: classes.short }}
            value={value.maxRuns}
            onChange={(maxRuns) => onChange({ maxRuns })}
            error={errorOf("schedule.maxRuns")}
            data-path="schedule.maxRuns"
          />
        </>
      )}
      <DurationField
        label="Spread over"
        description="Each run starts up to this much after its time, so that not everything starts at once; 1 hour at most."
        placeholder="0"
        units={["seconds", "minutes"]}
        value={value.jitterSeconds}
        onChange={(jitterSeconds) => onChange({ jitterSeconds })}
        error={errorOf("schedule.jitterSeconds")}
        path="schedule.jitterSeconds"
      />
    </>
  );
}

function startWords(kind: string, zone: string): string {
  if (kind === "every") return `The first run, in ${zone}.`;
  if (kind === "daily" || kind === "weekly")
    return `No run before it, in ${zone}. "Every" counts from its date.`;
  return `No run before it, in ${zone}.`;
}
