import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { PreviewSchedule200, ScheduleInput } from "../../../api/generated/model";
import { previewSchedule } from "../../../api/generated/tasks/tasks";
import { ApiError, type FieldFault } from "../../../api/problem.ts";

const pauseMs = 250;
const runsShown = 5;

export interface SchedulePreview {
  /** The last good one of this kind; it stays while one types on. */
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
  const isSettled = asked === wanted && schedule !== null;
  const { data, error } = useQuery({
    queryKey: ["schedule preview", asked],
    queryFn: ({ signal }) => previewSchedule(JSON.parse(asked), { signal }),
    enabled: isSettled,
    staleTime: 0,
  });
  const current = isSettled ? data : undefined;
  const [last, setLast] = useState({ kind: schedule?.kind, data: current });
  if (current !== undefined && current !== last.data) setLast({ kind: schedule?.kind, data: current });
  // What another kind does says nothing of this one.
  const shown = current ?? (last.kind === schedule?.kind ? last.data : undefined);
  const faults = isSettled && error instanceof ApiError ? error.faults : [];
  return {
    shown,
    isCurrent: current !== undefined,
    faults,
    error: isSettled && faults.length === 0 ? error : null,
  };
}
