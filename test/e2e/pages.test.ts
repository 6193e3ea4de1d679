import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../src/base/ids.ts";
import { createTestApp, type TestApp } from "../app.ts";
import { until } from "../until.ts";
import { colorSchemes, openBrowser, photograph, sizes, watchComplaints } from "./browser.ts";

let app: TestApp;
let browser: Browser;
beforeAll(async () => {
  [app, browser] = await Promise.all([createTestApp(), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
}

async function open(
  path: string,
  look: { readonly size?: keyof typeof sizes; readonly colorScheme?: "light" | "dark" } = {},
): Promise<Opened> {
  const { size = "wide", colorScheme = "light" } = look;
  const page = await browser.newPage({ viewport: sizes[size], colorScheme });
  const complaints = watchComplaints(page);
  await page.goto(app.url + path);
  return { page, complaints };
}

/** The path of a new invitation's link. */
async function invite(invitation: { readonly role: string; readonly email?: string }): Promise<string> {
  const { body } = await app.first.send("POST", "/v1/invitations", { body: invitation });
  return new URL((body as { link: string }).link).href.replace(app.core.publicUrl, "");
}

/** Makes an account that belongs to the second workspace; answers its address. */
async function makeAccount(password: string): Promise<string> {
  const { body } = await app.second.send("POST", "/v1/invitations", { body: { role: "viewer" } });
  const { token } = body as { token: string };
  const email = `${newId()}@example.com`;
  await app.send("POST", "/v1/invitations/accept", { body: { token, name: "Ben Adler", email, password } });
  return email;
}

/** The texts of the errors that the page shows at its fields. */
async function fieldErrors(page: Page): Promise<readonly string[]> {
  return (await page.locator(".error:visible").allTextContents()).toSorted();
}

describe("the page of an invitation", () => {
  test("makes an account by keyboard alone and says who is signed in", async () => {
    const { page, complaints } = await open(await invite({ role: "owner" }));
    // The first field has the focus already.
    await page.keyboard.type("Ada Novak");
    await page.keyboard.press("Tab");
    await page.keyboard.type("ada@example.com");
    await page.keyboard.press("Tab");
    await page.keyboard.type("correct horse");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    const who = await page.locator("#who").textContent();
    expect(who).toBe("Ada Novak (ada@example.com) is now owner of the workspace “first”.");
    // The secret is used up and no longer in the address.
    expect(page.url()).toBe(`${app.url}/invitation`);
    expect(complaints).toEqual([]);
    await page.getByRole("link", { name: "Open the API reference" }).click();
    await page.waitForURL(`${app.url}/docs/`);
    const session = await page.request.get(`${app.url}/v1/auth/session`);
    expect(await session.json()).toMatchObject({
      email: "ada@example.com",
      memberships: [{ role: "owner" }],
    });
    await page.close();
  });

  test("shows what the API says at the fields, and the rest above them", async () => {
    const { page } = await open(await invite({ role: "viewer", email: "carla@example.com" }));
    await page.keyboard.press("Enter");
    await page.locator("#password-error").waitFor();
    expect(await fieldErrors(page)).toEqual([
      "E-mail must be an e-mail address.",
      "Name must not be empty.",
      "Password must have at least 10 characters.",
    ]);
    expect(await page.locator(":focus").getAttribute("id")).toBe("name");
    expect(await page.locator("#name").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Name").fill("Carla Diaz");
    await page.getByLabel("E-mail").fill("someone.else@example.com");
    await page.getByLabel("Password").fill("correct horse");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toBe(
      "The invitation is for another e-mail address than that of your account.",
    );
    expect(await fieldErrors(page)).toEqual([]);
    await page.close();
  });

  test("lets somebody in who has an account", async () => {
    const email = await makeAccount("correct horse");
    const { page } = await open(await invite({ role: "operator" }));
    await page.getByLabel("Name").fill("Ben Adler");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill("another password");
    await page.getByRole("button", { name: "Create account and join" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("There is an account with this e-mail");
    expect(await page.getByLabel("Name").isVisible()).toBe(false);
    await page.keyboard.press("Enter");
    await until("the refusal", async () =>
      (await page.getByRole("alert").textContent())?.includes("password is wrong"),
    );
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Sign in and join" }).click();
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    expect(await page.locator("#who").textContent()).toContain("operator of the workspace “first”");
    await page.close();
  });

  test("says that a used link and one without its secret lead nowhere", async () => {
    const { page } = await open("/invitation#token=unknown");
    await page.getByLabel("Name").fill("Ada Novak");
    await page.getByLabel("E-mail").fill("nobody@example.com");
    await page.getByLabel("Password").fill("correct horse");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("There is no such invitation");
    await page.close();
    const { page: bare } = await open("/invitation");
    expect(await bare.getByRole("alert").textContent()).toContain("This link is incomplete");
    expect(await bare.getByRole("button").count()).toBe(0);
    await bare.close();
  });
});

test("the link of a mail for a new password opens a page that sets it", async () => {
  const email = await makeAccount("the old password");
  await app.send("POST", "/v1/auth/forgot-password", { body: { email } });
  const mail = await until("the mail", () => app.mails.find(({ to }) => to === email));
  const link = /\S+\/reset-password#\S+/.exec(mail.text)?.[0].replace(app.core.publicUrl, "") ?? "";
  const { page, complaints } = await open(link);
  await page.keyboard.type("short");
  await page.keyboard.press("Enter");
  await page.locator("#newPassword-error").waitFor();
  expect(await fieldErrors(page)).toEqual(["New password must have at least 10 characters."]);
  await page.getByLabel("New password").fill("a better password");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "The password is changed" }).waitFor();
  const person = { email, password: "a better password" };
  expect((await app.send("POST", "/v1/auth/sign-in", { body: person })).status).toBe(200);
  // The browser itself notes the refused request.
  expect(complaints.filter((text) => !text.includes("status of 422"))).toEqual([]);
  await page.close();
});

describe.each(colorSchemes)("in %s", (colorScheme) => {
  test.each(["wide", "narrow"] as const)("the pages fit a %s screen", async (size) => {
    const name = (what: string) => `${what}-${colorScheme}-${size}`;
    const { page } = await open(await invite({ role: "viewer" }), { size, colorScheme });
    await photograph(page, name("invitation"));
    await page.keyboard.press("Enter");
    await page.locator("#password-error").waitFor();
    await photograph(page, name("invitation-errors"));
    const wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(wider).toBeLessThanOrEqual(0);
    await page.getByLabel("Name").fill("Eva Fuchs");
    await page.getByLabel("E-mail").fill(`${newId()}@a-company-with-a-long-name.example.com`);
    await page.getByLabel("Password").fill("correct horse");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "You are signed in" }).waitFor();
    await photograph(page, name("invitation-done"));
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await page.close();
    for (const [what, path] of [
      ["reset-password", "/reset-password#token=unknown"],
      ["reset-password-incomplete", "/reset-password"],
    ] as const) {
      const { page: reset } = await open(path, { size, colorScheme });
      await photograph(reset, name(what));
      await reset.close();
    }
  });
});
