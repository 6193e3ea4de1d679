import { Anchor, Chip, Group, Input, NumberInput, Select, Text, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { DurationField } from "../../../components/form";
import { type ScheduleForm, type Weekday, weekdays } from "./rules.ts";
import classes from "./schedule.module.css";

export interface KindFieldsProps {
  readonly value: ScheduleForm;
  onChange(change: Partial<ScheduleForm>): void;
  /** What the API says of a field of the schedule. */
  errorOf(path: string): ReactNode;
}

/** The fields that only the chosen kind has. */
export function KindFields(props: KindFieldsProps) {
  switch (props.value.kind) {
    case "none":
      return null;
    case "once":
      return <OnceFields {...props} />;
    case "hourly":
      return <HourlyFields {...props} />;
    case "daily":
      return <DailyFields {...props} />;
    case "weekly":
      return <WeeklyFields {...props} />;
    case "monthly":
      return <MonthlyFields {...props} />;
    case "every":
      return <EveryFields {...props} />;
    case "cron":
      return <CronFields {...props} />;
    case "relative":
      return <RelativeFields {...props} />;
  }
}

/** One time of day of the kinds that have one. */
function TimeField({ value, onChange, errorOf }: KindFieldsProps) {
  return (
    <TextInput
      type="time"
      label="Time of day"
      required
      w={136}
      value={value.time}
      onChange={(event) => onChange({ time: event.currentTarget.value })}
      error={errorOf("schedule.time")}
      data-path="schedule.time"
    />
  );
}

function OnceFields({ value, onChange, errorOf }: KindFieldsProps) {
  return (
    <TextInput
      type="datetime-local"
      label="Date and time"
      required
      w={240}
      value={value.at}
      onChange={(event) => onChange({ at: event.currentTarget.value })}
      error={errorOf("schedule.at")}
      data-path="schedule.at"
    />
  );
}

function HourlyFields({ value, onChange, errorOf }: KindFieldsProps) {
  return (
    <NumberInput
      label="Minute of the hour"
      description="0 to 59. It follows the clock: twice in a repeated hour, not at all in a skipped one."
      required
      min={0}
      max={59}
      clampBehavior="none"
      maw={280}
      value={value.minute}
      onChange={(minute) => onChange({ minute })}
      error={errorOf("schedule.minute")}
      data-path="schedule.minute"
    />
  );
}

interface EachProps {
  readonly label: string;
  readonly suffix: string;
  readonly most: number;
  readonly value: number | string;
  onChange(value: number | string): void;
  readonly error: ReactNode;
  readonly path: string;
}

/** "Every 2 weeks": 1 is every one of them. */
function EachField({ label, suffix, most, value, onChange, error, path }: EachProps) {
  return (
    <NumberInput
      label={label}
      w={136}
      min={1}
      max={most}
      clampBehavior="none"
      suffix={suffix}
      value={value}
      onChange={onChange}
      error={error}
      data-path={path}
    />
  );
}

function DailyFields(props: KindFieldsProps) {
  const { value, onChange, errorOf } = props;
  return (
    <div className={classes.row}>
      <TimeField {...props} />
      <EachField
        label="Every"
        suffix={value.everyDays === 1 ? " day" : " days"}
        most={365}
        value={value.everyDays}
        onChange={(everyDays) => onChange({ everyDays })}
        error={errorOf("schedule.everyDays")}
        path="schedule.everyDays"
      />
    </div>
  );
}

const dayNames: Readonly<Record<Weekday, string>> = {
  monday: "Monday",
  tuesday: "Tuesday",
  wednesday: "Wednesday",
  thursday: "Thursday",
  friday: "Friday",
  saturday: "Saturday",
  sunday: "Sunday",
};

function WeeklyFields(props: KindFieldsProps) {
  const { value, onChange, errorOf } = props;
  const fault = weekdays
    .map((_, place) => errorOf(`schedule.weekdays.${place}`))
    .find((found) => found !== undefined && found !== null);
  const error = errorOf("schedule.weekdays") ?? fault;
  return (
    <>
      <Input.Wrapper label="Weekdays" required labelElement="div">
        <Chip.Group
          multiple
          value={[...value.weekdays]}
          onChange={(chosen) => onChange({ weekdays: weekdays.filter((day) => chosen.includes(day)) })}
        >
          <Group gap={6} role="group" aria-label="Weekdays" data-path="schedule.weekdays">
            {weekdays.map((day) => (
              <Chip
                key={day}
                value={day}
                size="xs"
                variant="light"
                aria-label={dayNames[day]}
                aria-invalid={error !== undefined && error !== null}
              >
                {dayNames[day].slice(0, 3)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        {error !== undefined && error !== null && (
          <p className={classes.fault} role="alert">
            {error}
          </p>
        )}
      </Input.Wrapper>
      <div className={classes.row}>
        <TimeField {...props} />
        <EachField
          label="Every"
          suffix={value.everyWeeks === 1 ? " week" : " weeks"}
          most={52}
          value={value.everyWeeks}
          onChange={(everyWeeks) => onChange({ everyWeeks })}
          error={errorOf("schedule.everyWeeks")}
          path="schedule.everyWeeks"
        />
      </div>
    </>
  );
}

const days = [
  ...Array.from({ length: 31 }, (_, day) => ({ value: String(day + 1), label: String(day + 1) })),
  { value: "last", label: "Last day" },
];

function MonthlyFields(props: KindFieldsProps) {
  const { value, onChange, errorOf } = props;
  return (
    <div className={classes.row}>
      <Select
        label="Day of the month"
        data={days}
        w={136}
        searchable
        allowDeselect={false}
        value={value.day}
        onChange={(day) => day !== null && onChange({ day })}
        error={errorOf("schedule.day")}
        data-path="schedule.day"
      />
      <TimeField {...props} />
    </div>
  );
}

function EveryFields({ value, onChange, errorOf }: KindFieldsProps) {
  return (
    <DurationField
      label="Every"
      description="Real time from one run to the next, 1 minute to 366 days, whatever the clocks do."
      required
      units={["minutes", "hours", "days"]}
      value={value.seconds}
      onChange={(seconds) => onChange({ seconds })}
      error={errorOf("schedule.seconds")}
      path="schedule.seconds"
    />
  );
}

const cronExamples = ["0 9 * * MON-FRI", "*/15 8-18 * * *", "0 18 L * *", "0 10 * * FRI#2"];

function CronFields({ value, onChange, errorOf }: KindFieldsProps) {
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
          <Anchor key={cron} component="button" type="button" size="xs" ff="monospace" onClick={() => onChange({ cron })}>
            {cron}
          </Anchor>
        ))}
      </Group>
    </div>
  );
}

const directions = [
  { value: "before", label: "before the date" },
  { value: "after", label: "after the date" },
];

function RelativeFields({ value, onChange, errorOf }: KindFieldsProps) {
  const { offsetSeconds } = value;
  return (
    <>
      <TextInput
        label="Attribute with the date"
        description="The contact's attribute that holds an instant, a local date and time, or a date. The run follows its changes, once for each date."
        placeholder="appointment"
        required
        value={value.attribute}
        onChange={(event) => onChange({ attribute: event.currentTarget.value })}
        error={errorOf("schedule.attribute")}
        data-path="schedule.attribute"
      />
      <div className={classes.row}>
        <DurationField
          label="How far from it"
          required
          value={offsetSeconds}
          onChange={(next) => onChange({ offsetSeconds: { ...offsetSeconds, ...next } })}
          error={errorOf("schedule.offsetSeconds")}
          path="schedule.offsetSeconds"
        />
        <Select
          label="Direction"
          data={directions}
          w={160}
          allowDeselect={false}
          value={offsetSeconds.direction}
          onChange={(next) =>
            onChange({ offsetSeconds: { ...offsetSeconds, direction: next === "before" ? "before" : "after" } })
          }
        />
      </div>
      <TextInput
        type="time"
        label="At this time of day"
        description="Empty: at the very time that the date has."
        maw={280}
        value={value.relativeTime}
        onChange={(event) => onChange({ relativeTime: event.currentTarget.value })}
        error={errorOf("schedule.relativeTime")}
        data-path="schedule.relativeTime"
      />
    </>
  );
}
