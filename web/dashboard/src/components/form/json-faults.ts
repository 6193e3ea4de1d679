import { useRef } from "react";
import { ApiError } from "../../api/problem.ts";

interface JsonFaults {
  /** For a field's `onValidity`: keeps what is wrong with its text. */
  keep(path: string): (fault: string | null) => void;
  /** Throws what is kept as the API would say it, so that a form shows it at its fields. For the begin of `send`. */
  refuse(): void;
}

/** Holds a form back while a text in it is not the JSON that it should be: the field's last good value is not sent instead. */
export function useJsonFaults(): JsonFaults {
  const faults = useRef(new Map<string, string>());
  return {
    keep: (path) => (fault) => {
      if (fault === null) faults.current.delete(path);
      else faults.current.set(path, fault);
    },
    refuse() {
      if (faults.current.size === 0) return;
      const errors = [...faults.current].map(([path, message]) => ({ path, code: "json", message }));
      throw new ApiError(422, { code: "validation_failed", errors }, null);
    },
  };
}
