import type { BrowserContext } from "playwright-core";

/** The person who is signed in. */
export const owner = {
  name: "Ada Novak",
  email: "ada@example.com",
  password: "correct horse battery",
} as const;

/** Makes the owner's account with the link that a program printed; the context's cookies are theirs then. */
export async function takeOwnership(context: BrowserContext, ownerLink: string | undefined): Promise<void> {
  const token = new URL(ownerLink ?? "").hash.slice(1).replace(/^token=/, "");
  const accepted = await context.request.post("/v1/invitations/accept", { data: { token, ...owner } });
  if (!accepted.ok())
    throw new Error(`the owner's link was answered ${accepted.status()}: ${await accepted.text()}`);
}
