import { sizes, watchComplaints } from "../browser.ts";
import type { Dashboard, Opened } from "./support.ts";

/** A member beside the owner, with a browser of their own. */
export interface Member {
  open(path: string): Promise<Opened>;
  close(): Promise<void>;
}

/** Invites somebody and signs them in. */
export async function joinAs(dashboard: Dashboard, role: "admin" | "operator" | "viewer"): Promise<Member> {
  const { client, browser, program } = dashboard;
  const invitation = await client.post<{ token: string }>("/v1/invitations", { role });
  const context = await browser.newContext({ baseURL: program.url, viewport: sizes.wide });
  const accepted = await context.request.post("/v1/invitations/accept", {
    data: {
      token: invitation.token,
      name: `A ${role}`,
      email: `${role}@example.com`,
      password: "correct horse battery",
    },
  });
  if (!accepted.ok()) throw new Error(`the ${role} did not join: ${await accepted.text()}`);
  return {
    async open(path) {
      const page = await context.newPage();
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      const complaints = watchComplaints(page);
      await page.goto(path);
      return { page, complaints };
    },
    close: () => context.close(),
  };
}
