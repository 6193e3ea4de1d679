import { Input, NumberInput, Select, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { ManyChoices } from "../../../components/choices.tsx";
import { DurationField } from "../../../components/form";
import { CronFields } from "./cron-fields.tsx";
import type { KindFieldsProps } from "./fields-props.ts";
import { RelativeFields } from "./relative-fields.tsx";
import { type Weekday, weekdays } from "./rules.ts";
import classes from "./schedule.module.css";

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
      classNames={{ wrapper: classes.short }}
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

const dayChoices = weekdays.map((day) => ({
  value: day,
  label: dayNames[day].slice(0, 3),
  name: dayNames[day],
}));

function WeeklyFields(props: KindFieldsProps) {
  const { value, onChange, errorOf } = props;
  const fault = weekdays
    .map((_, place) => errorOf(`schedule.weekdays.${place}`))
    .find((found) => found !== undefined && found !== null);
  return (
    <>
      <Input.Wrapper label="Weekdays" required labelElement="div">
        <ManyChoices
          label="Weekdays"
          choices={dayChoices}
          value={value.weekdays}
          onChange={(chosen) => onChange({ weekdays: chosen })}
          error={errorOf("schedule.weekdays") ?? fault}
          path="schedule.weekdays"
        />
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
