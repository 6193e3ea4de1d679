import { ApiError, sentenceOf } from "../../../api/problem.ts";

/** Why a message was not sent. */
export interface SendFault {
  /** The gate's reason, else the API's. */
  readonly code: string;
  readonly message: string;
}

/** The gate's reason stands in the problem beside the API's code. */
export function readFault(error: unknown): SendFault {
  const message = sentenceOf(error);
  if (!(error instanceof ApiError)) return { code: "connection", message };
  const { reason } = error.problem;
  const hasReason = typeof reason === "object" && reason !== null && "code" in reason;
  const code = hasReason && typeof reason.code === "string" ? reason.code : error.code;
  return { code, message: error.faults[0]?.message ?? message };
}

/** What failed comes back before what was written meanwhile. */
export function withText(failed: string, written: string): string {
  return written.trim() === "" ? failed : `${failed}\n${written}`;
}
