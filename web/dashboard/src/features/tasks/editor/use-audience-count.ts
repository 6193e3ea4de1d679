import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { AudiencePreview } from "../../../api/generated/model";
import { previewAudience } from "../../../api/generated/tasks/tasks";
import { ApiError, type FieldFault } from "../../../api/problem.ts";
import { type FilterForm, isFilterFilledIn, toFilter } from "./audience-rules.ts";

const pauseMs = 300;

export interface AudienceCount {
  readonly shown: AudiencePreview | undefined;
  readonly isCurrent: boolean;
  /** False while a row waits for something to be typed. */
  readonly isFilledIn: boolean;
  readonly faults: readonly FieldFault[];
  readonly error: unknown;
}

/** Whom the filter means now, asked for when typing pauses. */
export function useAudienceCount(filter: FilterForm): AudienceCount {
  const isFilledIn = isFilterFilledIn(filter);
  const wanted = JSON.stringify(toFilter(filter));
  const [asked] = useDebouncedValue(wanted, pauseMs);
  const isAsked = isFilledIn && asked === wanted;
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ["audience preview", asked],
    queryFn: ({ signal }) => previewAudience({ filter: JSON.parse(asked) }, { signal }),
    enabled: isAsked,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const faults = isAsked && error instanceof ApiError ? error.faults : [];
  return {
    shown: data,
    isCurrent: isAsked && data !== undefined && !isPlaceholderData,
    isFilledIn,
    faults,
    error: isAsked && faults.length === 0 ? error : null,
  };
}
