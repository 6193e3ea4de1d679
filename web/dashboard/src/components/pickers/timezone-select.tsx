import { Select } from "@mantine/core";
import type { ReactNode } from "react";

interface TimezoneSelectProps {
  readonly label?: string;
  readonly description?: ReactNode;
  readonly value: string | null;
  onChange(timezone: string | null): void;
  readonly error?: ReactNode;
  readonly isClearable?: boolean;
  readonly required?: boolean;
  readonly placeholder?: string;
}

const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

/** An IANA time zone, found by typing a part of its name. */
export function TimezoneSelect(props: TimezoneSelectProps) {
  const { label = "Time zone", value, onChange, isClearable = false, ...rest } = props;
  // One that this browser does not list can still be what the server has.
  const data = value === null || zones.includes(value) ? zones : [value, ...zones];
  return (
    <Select
      {...rest}
      label={label}
      data={data}
      value={value}
      onChange={onChange}
      searchable
      clearable={isClearable}
      allowDeselect={false}
      limit={60}
      nothingFoundMessage="No zone has this name"
    />
  );
}
