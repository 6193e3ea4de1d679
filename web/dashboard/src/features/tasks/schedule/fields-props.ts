import type { ReactNode } from "react";
import type { ScheduleForm } from "./rules.ts";

/** What the fields of every kind get. */
export interface KindFieldsProps {
  readonly value: ScheduleForm;
  onChange(change: Partial<ScheduleForm>): void;
  /** What the API says of a field of the schedule. */
  errorOf(path: string): ReactNode;
}
