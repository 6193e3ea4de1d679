import { Select, TextInput } from "@mantine/core";
import { DurationField } from "../../../components/form";
import type { KindFieldsProps } from "./fields-props.ts";
import classes from "./schedule.module.css";

const directions = [
  { value: "before", label: "before the date" },
  { value: "after", label: "after the date" },
];

export function RelativeFields({ value, onChange, errorOf }: KindFieldsProps) {
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
            onChange({
              offsetSeconds: { ...offsetSeconds, direction: next === "before" ? "before" : "after" },
            })
          }
        />
      </div>
      <TextInput
        type="time"
        label="At this time of day"
        description="Empty: at the very time that the date has."
        classNames={{ wrapper: classes.short }}
        value={value.relativeTime}
        onChange={(event) => onChange({ relativeTime: event.currentTarget.value })}
        error={errorOf("schedule.relativeTime")}
        data-path="schedule.relativeTime"
      />
    </>
  );
}
