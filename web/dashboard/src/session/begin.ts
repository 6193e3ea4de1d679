import type { Session } from "../api/generated/model";
import { getGetSessionQueryKey } from "../api/generated/sign-in/sign-in";
import { queryClient } from "../api/query-client.ts";
import { reportSessionBegin } from "../api/session-end.ts";
import { forgetStranger } from "./stranger.ts";

/** After signing in on a page outside of the frame: whatever was asked for before is somebody else's. */
export function beginSession(session: Session): void {
  forgetStranger();
  queryClient.clear();
  queryClient.setQueryData(getGetSessionQueryKey(), session);
  reportSessionBegin();
}

/** After signing in again over a page: what it shows stays until the answers have come anew. */
export function resumeSession(session: Session): void {
  queryClient.setQueryData(getGetSessionQueryKey(), session);
  reportSessionBegin();
  void queryClient.invalidateQueries();
}
