import { signOut } from "../api/generated/sign-in/sign-in";
import { ApiError } from "../api/problem.ts";
import { chooseWorkspace } from "../api/workspace-choice.ts";

/**
 * Ends the session and opens the sign-in page anew, so that nothing of the person stays in memory. A session that had
 * ended by itself is no failure; any other is thrown, and one is still signed in.
 */
export async function leave(): Promise<void> {
  try {
    await signOut();
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  chooseWorkspace(null);
  location.assign("/sign-in");
}
