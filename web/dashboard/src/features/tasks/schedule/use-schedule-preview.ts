import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { PreviewSchedule200, ScheduleInput } from "../../../api/generated/model";
import { previewSchedule } from "../../../api/generated/tasks/tasks";
import { ApiError, type FieldFault } from "../../../api/problem.ts";

const pauseMs = 250;
const runsShown = 5;

export interface SchedulePreview {
  /** The last good one; it stays while one types on. */
  readonly shown: PreviewSchedule200 | undefined;
  /** False while `shown` belongs to what was typed before. */
  readonly isCurrent: boolean;
  readonly faults: readonly FieldFault[];
  /** What kept the preview away that is no fault of the schedule. */
  readonly error: unknown;
}

/** What a schedule does, asked for when typing pauses. Null: there is nothing to preview. */
export function useSchedulePreview(schedule: ScheduleInput | null, exampleDate: string): SchedulePreview {
  const body = {
    schedule,
    count: runsShown,
    ...(schedule?.kind === "relative" && exampleDate !== "" ? { attributeValue: exampleDate } : {}),
  };
  const wanted = JSON.stringify(body);
  const [asked] = useDebouncedValue(wanted, pauseMs);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ["schedule preview", asked],
    queryFn: ({ signal }) => previewSchedule(JSON.parse(asked), { signal }),
    enabled: schedule !== null && asked === wanted,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const [shown, setShown] = useState(data);
  if (data !== undefined && data !== shown) setShown(data);
  const isSettled = asked === wanted && schedule !== null;
  const faults = isSettled && error instanceof ApiError ? error.faults : [];
  return {
    shown,
    isCurrent: isSettled && data !== undefined && !isPlaceholderData,
    faults,
    error: isSettled && faults.length === 0 ? error : null,
  };
}
