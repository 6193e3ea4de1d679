/** Which of a member's workspaces this browser works in; without a choice the server takes the one joined first. */
const key = "errand.workspace";

export function currentWorkspaceId(): string | null {
  return localStorage.getItem(key);
}

/** Null: the one joined first. */
export function chooseWorkspace(workspaceId: string | null): void {
  if (workspaceId === null) localStorage.removeItem(key);
  else localStorage.setItem(key, workspaceId);
}
