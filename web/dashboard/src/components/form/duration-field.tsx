import { NativeSelect, NumberInput } from "@mantine/core";
import type { ReactNode } from "react";
import { units as allUnits, type DurationValue, type Unit } from "./duration.ts";
import { sayInUnits } from "./duration-fault.ts";
import classes from "./form-page.module.css";

interface DurationFieldProps {
  readonly label: string;
  /** For rows of small fields: the label is for assistive technology only. */
  readonly isLabelHidden?: boolean;
  readonly description?: ReactNode;
  readonly value: DurationValue;
  onChange(value: DurationValue): void;
  readonly error?: ReactNode;
  /** Which units are offered; all without it. */
  readonly units?: readonly Unit[];
  readonly placeholder?: string;
  readonly required?: boolean;
  /** The API's path of the field. */
  readonly path?: string;
}

/** A length of time: a number with its unit in the same frame. */
export function DurationField(props: DurationFieldProps) {
  const { label, description, value, onChange, error, units = allUnits, placeholder, required, path } = props;
  const { isLabelHidden = false } = props;
  // A unit that is not offered can still be what the server's seconds fit.
  const offered = units.includes(value.unit) ? units : [value.unit, ...units];
  return (
    <NumberInput
      {...(isLabelHidden ? { "aria-label": label, size: "xs" } : { label })}
      description={description}
      error={typeof error === "string" ? sayInUnits(error, offered) : error}
      required={required}
      placeholder={placeholder}
      value={value.amount}
      onChange={(amount) => onChange({ ...value, amount })}
      clampBehavior="none"
      allowNegative={false}
      min={0}
      hideControls
      data-path={path}
      classNames={{ wrapper: classes.duration }}
      rightSectionWidth={108}
      rightSection={
        <NativeSelect
          aria-label={`Unit of ${label.toLowerCase()}`}
          data={[...offered]}
          value={value.unit}
          onChange={({ currentTarget }) =>
            onChange({
              ...value,
              unit: offered.find((unit) => unit === currentTarget.value) ?? value.unit,
            })
          }
          variant="unstyled"
          w="100%"
          rightSectionWidth={28}
          classNames={{ input: classes.unit }}
        />
      }
    />
  );
}
