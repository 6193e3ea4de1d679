import { useRef } from "react";
import { ApiError, type FieldFault } from "../../api/problem.ts";

interface JsonFaults {
  /** For a field's `onValidity`: keeps what is wrong with its text. */
  keep(path: string): (fault: string | null) => void;
  /**
   * Throws what is kept, and what else was found, as the API would say it, so that a form shows it at its fields. For the
   * begin of `send`.
   */
  refuse(others?: readonly FieldFault[]): void;
}

/** Holds a form back while a text in it is not the JSON that it should be: the field's last good value is not sent instead. */
export function useJsonFaults(): JsonFaults {
  const faults = useRef(new Map<string, string>());
  return {
    keep: (path) => (fault) => {
      if (fault === null) faults.current.delete(path);
      else faults.current.set(path, fault);
    },
    refuse(others = []) {
      const kept = [...faults.current].map(([path, message]) => ({ path, code: "json", message }));
      const errors = [...kept, ...others];
      if (errors.length > 0) throw new ApiError(422, { code: "validation_failed", errors }, null);
    },
  };
}
