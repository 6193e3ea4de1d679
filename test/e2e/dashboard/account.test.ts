import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../until.ts";
import { watchComplaints } from "../browser.ts";
import { type Dashboard, expectAccessible, owner, photographAll, startDashboard } from "./support.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard.close());

interface Stranger {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** A browser in which nobody is signed in. */
async function openStranger(path: string): Promise<Stranger> {
  const context = await dashboard.browser.newContext({
    baseURL: dashboard.program.url,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  // Less than a test has: what it waited for in vain is then said.
  page.setDefaultTimeout(8_000);
  const complaints = watchComplaints(page);
  await page.goto(path);
  return { context, page, complaints };
}

/** Saves a form whose session is over; the page may have noticed that by itself, and what it then shows lies above. */
async function saveInVain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save" }).dispatchEvent("click");
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The path of a new invitation's link. */
async function invite(invitation: { readonly role: string; readonly email?: string }): Promise<string> {
  const { link } = await dashboard.client.post<{ link: string }>("/v1/invitations", invitation);
  return `/invitation${new URL(link).hash}`;
}

/** An account that is a member already; answers its address. */
async function makeMember(email: string, password: string): Promise<void> {
  const context = await dashboard.browser.newContext({ baseURL: dashboard.program.url });
  const token = new URLSearchParams((await invite({ role: "operator" })).split("#")[1]).get("token");
  const data = { token, name: "Ben Adler", email, password };
  const accepted = await context.request.post("/v1/invitations/accept", { data });
  expect(accepted.status()).toBe(200);
  await context.close();
}

/** Takes the person out of the workspace; the account stays. */
async function removeMember(email: string): Promise<void> {
  const { items } = await dashboard.client.get<{ items: readonly { id: string; email: string }[] }>(
    "/v1/members?limit=100",
  );
  await dashboard.client.delete(`/v1/members/${items.find((member) => member.email === email)?.id}`);
}

/** Without what the browser itself says of requests that were to be refused, with these statuses. */
function own(complaints: readonly string[], ...refused: readonly number[]): readonly string[] {
  return complaints.filter((text) => !refused.some((status) => text.includes(`status of ${status}`)));
}

describe("signing in", () => {
  test("a wrong password is said, and one lands where one was going", async () => {
    const { context, page, complaints } = await openStranger("/agents?q=Mia");
    await page.waitForURL("**/sign-in?next=**");
    // Nobody asked whose session it is where there is none.
    expect(complaints).toEqual([]);
    // The first field has the focus.
    expect(
      await page.getByLabel("E-mail").evaluate((field) => field === field.ownerDocument.activeElement),
    ).toBe(true);
    await expectAccessible(page);
    await photographAll(page, "sign-in");
    await signIn(page, owner.email, "a wrong password");
    const alert = page.getByRole("alert");
    await alert.getByText("The e-mail address or the password is wrong.").waitFor();
    await expectAccessible(page);
    await photographAll(page, "sign-in-wrong");
    await page.getByLabel("Password", { exact: true }).fill(owner.password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/agents?q=Mia");
    // Signed in, the page for signing in leads on.
    await page.goto("/sign-in?next=/contacts");
    await page.waitForURL("**/contacts");
    expect(own(complaints, 401)).toEqual([]);
    await context.close();
  });

  test.each([
    "//elsewhere.example/tasks",
    "/\\elsewhere.example",
    "https://elsewhere.example/",
    "javascript:alert(1)",
  ])("%s is not gone to", async (next) => {
    const { context, page } = await openStranger(`/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page, owner.email, owner.password);
    await page.waitForURL(`${dashboard.program.url}/tasks`);
    await context.close();
  });

  test("the page carries headers that keep its secrets to itself", async () => {
    const { context, page } = await openStranger("/sign-in");
    const response = await page.goto("/reset-password#token=unknown");
    const headers = response?.headers() ?? {};
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    await page.waitForURL("**/reset-password");
    await context.close();
  });
});

test("a forgotten password: the link in the log leads to a new one", async () => {
  const { context, page, complaints } = await openStranger("/sign-in");
  const email = "forgetful@example.com";
  await makeMember(email, "the old password");
  await page.getByRole("link", { name: "Forgot the password?" }).click();
  await expectAccessible(page);
  await photographAll(page, "forgot-password");
  await page.getByRole("button", { name: "Send the link" }).click();
  await until("the fault at the field", () => page.locator("[aria-invalid=true]").isVisible());
  await page.getByLabel("E-mail").fill(email);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Look for the link" }).waitFor();
  await page.getByText("Without a mail server the link is in the server's log.").waitFor();
  await expectAccessible(page);
  await photographAll(page, "forgot-password-sent");

  const hash = await until(
    "the link in the log",
    () => /\/reset-password(#token=[\w-]+)/.exec(dashboard.program.output())?.[1],
  );
  await page.goto("/reset-password");
  await page.getByRole("heading", { name: "This link is incomplete" }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "reset-password-incomplete");
  // Pasted into the same tab, only what stands behind # changes.
  await page.goto(`/reset-password${hash}`);
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await page.waitForURL("**/reset-password");
  await expectAccessible(page);
  await photographAll(page, "reset-password");
  await page.getByLabel("New password", { exact: true }).fill("short");
  await page.keyboard.press("Enter");
  await page.getByText("must have at least 10 characters").waitFor();
  await page.getByLabel("New password", { exact: true }).fill("a better password");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "The password is changed" }).waitFor();
  await expectAccessible(page);
  await photographAll(page, "reset-password-done");
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, email, "a better password");
  await page.waitForURL("**/tasks");

  // The link is used up.
  await page.goto(`/reset-password${hash}`);
  await page.getByLabel("New password", { exact: true }).fill("yet another password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("There is no such reset link").waitFor();
  expect(own(complaints, 410, 422)).toEqual([]);
  await context.close();
});

describe("the end of a session", () => {
  test("in the middle of a form loses nothing of it", async () => {
    const { context, page, complaints } = await openStranger("/sign-in?next=/profile");
    await signIn(page, owner.email, owner.password);
    const name = page.getByLabel("Name");
    await name.fill("Ada Novak-Lind");
    await context.clearCookies();
    await saveInVain(page);
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.waitFor();
    expect(await dialog.getByLabel("E-mail").inputValue()).toBe(owner.email);
    await until("the focus on the password", () =>
      dialog
        .getByLabel("Password", { exact: true })
        .evaluate((field) => field === field.ownerDocument.activeElement),
    );
    await expectAccessible(page);
    await photographAll(page, "session-end");
    // It cannot be closed: nothing under it works.
    await page.keyboard.press("Escape");
    await page.keyboard.type("a wrong password");
    await page.keyboard.press("Enter");
    await dialog.getByText("The e-mail address or the password is wrong.").waitFor();
    await dialog.getByLabel("Password", { exact: true }).fill(owner.password);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    expect(new URL(page.url()).pathname).toBe("/profile");
    expect(await name.inputValue()).toBe("Ada Novak-Lind");
    // What the refused attempt said is no longer so.
    await page.getByText("Your session has ended").first().waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Profile saved.").waitFor();
    await name.fill(owner.name);
    await page.getByRole("button", { name: "Save" }).click();
    await until("the old name", async () => {
      const session = await context.request.get("/v1/auth/session");
      return ((await session.json()) as { name: string }).name === owner.name;
    });
    expect(own(complaints, 401)).toEqual([]);
    await context.close();
  });

  test("is over on every tab once one has signed in again", async () => {
    const { context, page } = await openStranger("/sign-in?next=/profile");
    await signIn(page, owner.email, owner.password);
    await page.getByLabel("Name").waitFor();
    const second = await context.newPage();
    await second.goto("/profile");
    await second.getByLabel("Name").waitFor();
    await context.clearCookies();
    await page.getByText("Light", { exact: true }).click();
    // The tab that held the live stream lets go of it; the other takes it up and learns the same.
    for (const tab of [page, second])
      await tab.getByRole("dialog", { name: "Your session has ended" }).waitFor();
    await signIn(second, owner.email, owner.password);
    await second.getByRole("dialog").waitFor({ state: "hidden" });
    await page.bringToFront();
    await page.evaluate('dispatchEvent(new Event("focus"))');
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await context.close();
  });

  test("another account begins anew", async () => {
    await makeMember("ben@example.com", "correct horse");
    const { context, page } = await openStranger("/sign-in?next=/profile");
    await signIn(page, owner.email, owner.password);
    await page.getByLabel("Name").fill("What Ada typed");
    await context.clearCookies();
    await saveInVain(page);
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.getByLabel("E-mail").fill("ben@example.com");
    await dialog.getByLabel("Password", { exact: true }).fill("correct horse");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${dashboard.program.url}/tasks`);
    await page.getByRole("button", { name: "Your account" }).click();
    await page.getByText("ben@example.com").waitFor();
    await context.close();
  });
});

describe("an invitation", () => {
  test("shows what the API says at the fields, and the rest above the button", async () => {
    const { context, page } = await openStranger(
      await invite({ role: "viewer", email: "carla@example.com" }),
    );
    await page.getByLabel("Name").waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("must have at least 10 characters").waitFor();
    await page.getByText("must not be empty").waitFor();
    await page.getByText("must be an e-mail address").waitFor();
    await until("the focus on the first fault", () =>
      page.getByLabel("Name").evaluate((field) => field === field.ownerDocument.activeElement),
    );
    await expectAccessible(page);
    await photographAll(page, "invitation-errors");
    await page.getByLabel("Name").fill("Carla Diaz");
    await page.getByLabel("E-mail").fill("someone.else@example.com");
    await page.getByLabel("Password", { exact: true }).fill("correct horse");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("The invitation is for another e-mail address").waitFor();
    await context.close();
  });

  test("lets somebody in who has an account", async () => {
    const email = "dora@example.com";
    await makeMember(email, "correct horse");
    await removeMember(email);
    const { context, page, complaints } = await openStranger(await invite({ role: "operator" }));
    await page.getByLabel("Name").fill("Dora Engel");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("another password");
    await page.getByRole("button", { name: "Create account and join" }).click();
    await page.getByText(`There is an account with the address ${email}`).waitFor();
    await expectAccessible(page);
    await photographAll(page, "invitation-existing");
    await page.keyboard.type("a wrong password");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("password is wrong").waitFor();
    await page.getByLabel("Password", { exact: true }).fill("correct horse");
    await page.getByRole("button", { name: "Sign in and join" }).click();
    await page.waitForURL("**/welcome");
    // An operator is told who connects models.
    await page.getByText("An administrator connects models").waitFor();
    const session = await context.request.get("/v1/auth/session");
    expect(await session.json()).toMatchObject({ email, memberships: [{ role: "operator" }] });
    await expectAccessible(page);
    await photographAll(page, "welcome-operator");
    expect(own(complaints, 401, 409)).toEqual([]);
    await context.close();
  });

  test("is refused to whoever is a member already", async () => {
    const { page, complaints } = await dashboard.open(await invite({ role: "viewer" }));
    await page.getByText(`${owner.name} (${owner.email})`).waitFor();
    await expectAccessible(page);
    await photographAll(page, "invitation-signed-in");
    await page.getByRole("button", { name: `Join as ${owner.name}` }).click();
    await page.getByRole("alert").getByText("is a member of the workspace already").waitFor();
    expect(own(complaints, 409)).toEqual([]);
    await page.close();
  });
});

test("the profile holds in every browser", async () => {
  const { context, page, complaints } = await openStranger("/sign-in?next=/profile");
  await signIn(page, owner.email, owner.password);
  await page.getByLabel("Name").waitFor();
  await expectAccessible(page);
  await photographAll(page, "profile");
  const scheme = (shown: Page) => shown.locator("html").getAttribute("data-mantine-color-scheme");
  await page.getByText("Dark", { exact: true }).click();
  await until("the dark theme", async () => (await scheme(page)) === "dark");
  const other = await openStranger("/sign-in");
  await signIn(other.page, owner.email, owner.password);
  await until("the dark theme there", async () => (await scheme(other.page)) === "dark");
  await other.context.close();
  await page.getByText("System", { exact: true }).click();
  await until("the system's theme", async () => (await scheme(page)) === "light");

  await page.getByRole("combobox", { name: "Time zone" }).fill("Tokyo");
  await page.getByRole("option", { name: "Asia/Tokyo" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Profile saved.").waitFor();
  const session = await context.request.get("/v1/auth/session");
  expect(await session.json()).toMatchObject({ timezone: "Asia/Tokyo", theme: "system" });

  expect(complaints).toEqual([]);
  await context.close();
});

test("faults of the profile stand at their fields, and a new password wants the old one", async () => {
  const { context, page, complaints } = await openStranger("/sign-in?next=/profile");
  await signIn(page, owner.email, owner.password);
  await page.getByLabel("Name").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("must not be empty").waitFor();
  await page.getByLabel("Current password", { exact: true }).fill("a wrong password");
  await page.getByLabel("New password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("must have at least 10 characters").waitFor();
  await page.getByLabel("New password", { exact: true }).fill("a better password");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("is not your current password").waitFor();
  await expectAccessible(page);
  await photographAll(page, "profile-errors");
  await page.getByLabel("Current password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("The password is changed.").waitFor();
  // Back, for the tests after this one.
  await page.getByLabel("Current password", { exact: true }).fill("a better password");
  await page.getByLabel("New password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await until(
    "both fields empty again",
    async () => (await page.getByLabel("New password", { exact: true }).inputValue()) === "",
  );
  expect(own(complaints, 422)).toEqual([]);
  await context.close();
});

test("who is in no workspace is told so", async () => {
  const email = "eva@example.com";
  await makeMember(email, "correct horse");
  await removeMember(email);
  const { context, page, complaints } = await openStranger("/sign-in");
  await signIn(page, email, "correct horse");
  await page.waitForURL("**/no-workspace");
  await page.getByText(email).waitFor();
  await expectAccessible(page);
  await photographAll(page, "no-workspace");
  // Another invitation takes whoever is signed in.
  await page.goto(await invite({ role: "viewer" }));
  await page.getByRole("button", { name: "Join as Ben Adler" }).click();
  await page.waitForURL("**/welcome");
  await removeMember(email);
  await page.goto("/no-workspace");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  // Nobody is signed in any more.
  await page.goto("/tasks");
  await page.waitForURL("**/sign-in?next=**");
  expect(own(complaints, 403)).toEqual([]);
  await context.close();
});
