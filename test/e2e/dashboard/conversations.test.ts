import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Identified, Listed, MessageShown } from "../../program-client.ts";
import { untilShown } from "../../program-client.ts";
import { addPast, addQuiet, type Conversations, startConversations } from "./conversations-company.ts";
import { expectAccessible, photographAll } from "./support.ts";

let company: Conversations;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

beforeAll(async () => {
  company = await startConversations();
});
afterAll(() => company?.close());

const messageOf = (page: Page, text: string) =>
  page.getByRole("region", { name: "Messages" }).getByRole("listitem").filter({ hasText: text });
const rowOf = (page: Page, name: string) =>
  page.getByRole("region", { name: "Conversations" }).getByRole("listitem").filter({ hasText: name });
const replyBox = (page: Page) => page.getByRole("textbox", { name: "Message to the contact" });
const pathOf = (id: string) => `/conversations/${id}`;

/** Without what the browser itself says of refused requests and lost connections, which these tests make. */
const own = (complaints: readonly string[]) =>
  complaints.filter((text) => !/status of 409|ERR_INTERNET_DISCONNECTED|ERR_NETWORK/.test(text));

async function expectNoWiderThanScreen(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await expect
    .poll(() => page.evaluate("document.documentElement.scrollWidth - innerWidth"))
    .toBeLessThanOrEqual(0);
}

const messagesOf = async (conversationId: string) =>
  (await company.dashboard.client.get<Listed<MessageShown>>(`/v1/conversations/${conversationId}/messages`))
    .items;

describe("before anybody wrote", () => {
  it("says what conversations are and leads to the chat page", async () => {
    const { page, complaints } = await company.dashboard.open("/conversations");
    await page.getByRole("heading", { name: "No conversations yet" }).waitFor();
    const link = page.getByRole("link", { name: "Write as a contact" });
    expect(await link.getAttribute("href")).toBe(`/chat/${company.channelId}`);
    await expectAccessible(page);
    await photographAll(page, "conversations-empty");
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe("a conversation", () => {
  it("appears as the contact writes, shows that the agent answers, is taken over and handed back", async () => {
    const { dashboard, model } = company;
    const { page, complaints } = await dashboard.open("/conversations");
    await page.getByRole("heading", { name: "No conversations yet" }).waitFor();
    const anna = await company.meet("Anna Keller", {
      email: "anna@example.com",
      timezone: "Asia/Tokyo",
      language: "de",
      tags: ["renewal", "vip"],
      attributes: { plan: "gold", seats: 12 },
    });
    await dashboard.client.post(`/v1/contacts/${anna.id}/memory`, { text: "Is at home after 17:00." });
    await anna.write("Where is my order?");
    await rowOf(page, "Anna Keller").click();
    await messageOf(page, "Where is my order?").waitFor();
    const call = await model.nextCall();
    await page.getByText("The agent is answering…").waitFor();
    call.say("It left our house on Tuesday.");
    call.finish();
    const answer = messageOf(page, "It left our house on Tuesday.");
    await answer.getByText("Mia").waitFor();
    await page.getByText("The agent is answering…").waitFor({ state: "detached" });
    await page.getByText("Mia answers, as on all of this channel").waitFor();

    const panel = page.getByRole("region", { name: "Contact", exact: true });
    await panel.getByText("Is at home after 17:00.").waitFor();
    await panel.getByText("Asia/Tokyo").waitFor();
    await panel.getByText("German").waitFor();
    await panel.getByText("gold").waitFor();

    await page.getByText("Mia stays silent until you hand back").waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("This is Ada.");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("I look into it.");
    await page.keyboard.press("Enter");
    const mine = messageOf(page, "This is Ada.");
    await mine.getByText(/^(Sent|Delivered)$/).waitFor();
    await mine.getByText("You").waitFor();
    expect(await replyBox(page).inputValue()).toBe("");
    await page.getByRole("button", { name: "Hand back" }).waitFor();
    await rowOf(page, "Anna Keller").getByText("You", { exact: true }).waitFor();

    await anna.write("Thank you. When does it come?");
    await messageOf(page, "When does it come?").waitFor();
    await page.getByRole("button", { name: "Hand back" }).click();
    const again = await model.nextCall();
    again.say("It arrives on Friday.");
    again.finish();
    await messageOf(page, "It arrives on Friday.").getByText("Mia").waitFor();
    await page.getByRole("button", { name: "Hand back" }).waitFor({ state: "detached" });
    expect(complaints).toEqual([]);

    await expectAccessible(page);
    await photographAll(page, "conversation");
    await expectNoWiderThanScreen(page);
    await page.getByRole("button", { name: "Contact", exact: true }).click();
    await panel.getByText("Is at home after 17:00.").waitFor();
    expect(new URL(page.url()).searchParams.get("panel")).toBe("true");
    await expectAccessible(page);
    await expectNoWiderThanScreen(page);
    await photographAll(page, "conversation-contact");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Back to the messages" }).click();
    await replyBox(page).waitFor();
    await page.getByRole("link", { name: "Back to the conversations" }).click();
    await rowOf(page, "Anna Keller").waitFor();
    expect(new URL(page.url()).pathname).toBe("/conversations");
    await expectAccessible(page);
    await photographAll(page, "conversations");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("says what was refused, by which rule, and mends it", async () => {
    const { client } = company.dashboard;
    const ben = await company.meet("Ben Schmidt");
    await ben.write("My bell is broken.");
    const id = await company.conversationOf(ben.id);
    const call = await company.model.nextCall();
    call.say("I think ");
    const { page, complaints } = await company.dashboard.open(pathOf(id));
    await replyBox(page).fill("This is Ada, I take care of it.");
    await page.keyboard.press("Enter");
    // Before the agent has finished, and not only on the screen.
    await messageOf(page, "This is Ada")
      .getByText(/^(Sent|Delivered)$/)
      .waitFor();
    call.say("it is lost.");
    call.finish();
    const refused = messageOf(page, "I think it is lost.");
    await refused.getByText("Refused").waitFor();
    await refused.getByText("A person has taken over the conversation.").waitFor();
    await refused.getByRole("button", { name: "Hand back" }).waitFor();
    await refused.getByRole("button", { name: "Why?" }).click();
    const decision = page.getByRole("dialog", { name: "Why?" });
    await decision.getByText("as an answer to the contact").waitFor();
    expect(
      await decision.getByRole("listitem").filter({ hasText: "The agent is in control" }).textContent(),
    ).toContain("No");
    expect(await decision.getByRole("listitem").filter({ hasText: "not frozen" }).textContent()).toContain(
      "Yes",
    );
    await expectAccessible(page);
    await photographAll(page, "conversation-refused");
    await page.keyboard.press("Escape");
    await decision.waitFor({ state: "detached" });

    await client.post(`/v1/contacts/${ben.id}/opt-out`, { reason: "asked by phone" });
    const notice = page.getByRole("alert");
    await notice.getByText("Ben Schmidt opted out and gets no messages.").waitFor();
    await replyBox(page).fill("Good morning");
    await page.keyboard.press("Enter");
    await notice.getByText("Not sent.").waitFor();
    expect(await replyBox(page).inputValue()).toBe("Good morning");
    await notice.getByRole("button", { name: "End the opt-out…" }).click();
    await page.getByRole("button", { name: "End the opt-out", exact: true }).click();
    await notice.waitFor({ state: "detached" });
    await replyBox(page).press("Enter");
    await messageOf(page, "Good morning")
      .getByText(/^(Sent|Delivered)$/)
      .waitFor();
    expect(own(complaints)).toEqual([]);
    await page.close();
  });

  it("counts a session down, and shows a held message until it goes out", async () => {
    const { client } = company.dashboard;
    const carla = await company.meet("Carla Rossi");
    const { id: taskId } = await client.post<Identified>("/v1/tasks", {
      name: "Appointment reminder",
      description: "Remind of the appointment on Friday.",
      agentId: company.sandboxAgentId,
      contactId: carla.id,
      channelId: company.channelId,
      sessionDurationSeconds: 3_600,
      schedule: { kind: "once", at: "2031-03-01T11:00", timezone: "Europe/Berlin" },
    });
    await client.post("/v1/workspace/freeze", { reason: "Wrong price list" });
    await client.post(`/v1/tasks/${taskId}/trigger`, {});
    const id = await company.conversationOf(carla.id);
    const { page, complaints } = await company.dashboard.open(pathOf(id));
    const held = page
      .getByRole("region", { name: "Messages" })
      .getByRole("listitem")
      .filter({ hasText: "Held" });
    await held.getByText("The workspace is frozen: nothing is sent.").waitFor();
    await held.getByText("Sandbox model", { exact: true }).waitFor();
    await held.getByText(/It waits until .* at most/).waitFor();
    await held.getByRole("link", { name: "Unfreeze" }).waitFor();
    await rowOf(page, "Carla Rossi").getByText("Held:").waitFor();
    const panel = page.getByRole("region", { name: "Contact", exact: true });
    await panel.getByRole("link", { name: "Held message" }).waitFor();
    await panel.getByRole("link", { name: "Appointment reminder" }).waitFor();
    await expectAccessible(page);
    await photographAll(page, "conversation-held");

    await client.post("/v1/workspace/unfreeze");
    await page.getByText(/^Sofia answers until (tomorrow )?\d\d:\d\d, (1 h|59 min) left$/).waitFor();
    await held.waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await page.close();
    // A clock is a context's: another one, so that the other tests keep theirs.
    const { browser, context, program } = company.dashboard;
    const storageState = await context.storageState();
    const later = await browser.newContext({ baseURL: program.url, storageState });
    const tab = await later.newPage();
    await tab.clock.install();
    await tab.goto(pathOf(id));
    await tab.getByText(/left$/).waitFor();
    await tab.clock.fastForward("57:00");
    await tab.getByText(/^Sofia answers until (tomorrow )?\d\d:\d\d, [12]:\d\d left$/).waitFor();
    await later.close();
  });

  it("is closed with a note, which stands there", async () => {
    const david = await company.meet("David Novak");
    await david.write("Hello");
    const call = await company.model.nextCall();
    call.say("Hello David.");
    call.finish();
    const { page, complaints } = await company.dashboard.open(pathOf(await company.conversationOf(david.id)));
    await messageOf(page, "Hello David.").waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByLabel("Note for colleagues").fill("Solved by phone");
    await page.getByRole("button", { name: "Close conversation" }).click();
    await page.getByText("“Solved by phone”").waitFor();
    expect(await replyBox(page).count()).toBe(0);
    await rowOf(page, "David Novak").getByText("Closed").waitFor();
    await page.getByRole("combobox", { name: "Status" }).click();
    await page.getByRole("option", { name: "Open" }).click();
    await rowOf(page, "David Novak").waitFor({ state: "detached" });
    expect(new URL(page.url()).searchParams.get("status")).toBe("open");
    await page.getByRole("searchbox", { name: "Search by contact" }).fill("nobody is called so");
    await page.getByRole("heading", { name: "No conversation matches" }).waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await rowOf(page, "David Novak").waitFor();
    await messageOf(page, "Hello David.").waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe("a long conversation", () => {
  let id: string;
  let greta: Awaited<ReturnType<Conversations["meet"]>>;
  beforeAll(async () => {
    const frida = await company.meet("Frida Olsen");
    await frida.write("Never mind.");
    const fridasId = await company.conversationOf(frida.id);
    (await company.model.nextCall()).finish();
    await company.dashboard.client.post(`/v1/conversations/${fridasId}/close`, {});
    greta = await company.meet("Greta Larsen");
    await greta.write("I have many questions.");
    id = await company.conversationOf(greta.id);
    await company.model.nextCall();
    // In a person's hands no agent answers what these tests write.
    await company.dashboard.client.post(`/v1/conversations/${id}/messages`, { text: "I am here." });
    await addPast(company.dashboard.databaseUrl, id, 250);
  });

  it("opens at its end, and shows older messages without a jump", async () => {
    const { page, complaints } = await company.dashboard.open(pathOf(id));
    await messageOf(page, "Message 250").waitFor();
    const shown = await page.evaluate<{ gap: number; count: number }>(`(() => {
      const element = document.querySelector("section[aria-label=Messages]");
      return { gap: element.scrollHeight - element.scrollTop - element.clientHeight, count: element.querySelectorAll("li").length };
    })()`);
    expect(shown.gap).toBeLessThan(2);
    expect(shown.count).toBeLessThan(120);
    // Scrolled and measured before anything can come.
    const placeOf = `(() => [...document.querySelectorAll("section[aria-label=Messages] li > div")]
      .find((element) => element.textContent === "Message 151").getBoundingClientRect().top)()`;
    const before = await page.evaluate<number>(
      `(document.querySelector("section[aria-label=Messages]").scrollTop = 200, ${placeOf})`,
    );
    await page.getByText("Message 60", { exact: true }).waitFor({ state: "attached" });
    const after = await page.evaluate<number>(placeOf);
    expect(Math.abs(after - before)).toBeLessThan(3);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("begins at the message that the address names", async () => {
    const wanted = await untilShown("message 20", async () => {
      const { items } = await company.dashboard.client.get<Listed<MessageShown>>(
        `/v1/conversations/${id}/messages?after=20&limit=5`,
      );
      return items.find(({ text }) => text === "Message 20");
    });
    const { page, complaints } = await company.dashboard.open(`${pathOf(id)}?message=${wanted.id}`);
    const marked = page.locator("[aria-current=true]").filter({ hasText: "Message 20" });
    await marked.waitFor();
    await expect.poll(async () => (await marked.boundingBox())?.y ?? -1).toBeGreaterThan(100);
    expect((await marked.boundingBox())?.y).toBeLessThan(800);
    await expectAccessible(page);
    await photographAll(page, "conversation-marked");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("counts what comes while one reads further up, and stays at the end if one is there", async () => {
    const { page, complaints } = await company.dashboard.open(pathOf(id));
    await messageOf(page, "Message 250").waitFor();
    await greta.write("One more thing.");
    await messageOf(page, "One more thing.").waitFor();
    const gap = () =>
      page.evaluate<number>(`(() => {
        const element = document.querySelector("section[aria-label=Messages]");
        return element.scrollHeight - element.scrollTop - element.clientHeight;
      })()`);
    expect(await gap()).toBeLessThan(2);
    await page.evaluate(`document.querySelector("section[aria-label=Messages]").scrollTop -= 600`);
    await expect.poll(gap).toBeGreaterThan(500);
    await greta.write("And another.");
    await page.getByRole("button", { name: "1 new message" }).waitFor();
    await greta.write("And the last.");
    await page.getByRole("button", { name: "2 new messages" }).click();
    await expect.poll(gap).toBeLessThan(2);
    await page.getByRole("button", { name: /new message/ }).waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is walked by keyboard", async () => {
    const { page, complaints } = await company.dashboard.open("/conversations");
    await rowOf(page, "Greta Larsen").waitFor();
    for (const key of ["j", "j", "k", "Enter"]) await page.keyboard.press(key);
    await page.waitForURL(`**${pathOf(id)}`);
    await messageOf(page, "Message 250").waitFor();
    // The list keeps the focus: the next one is a key away.
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/conversations\/conv_/);
    await expect.poll(() => page.url()).not.toContain(id);
    await page.getByText("opens another conversation").waitFor();
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${pathOf(id)}`);
    await replyBox(page).waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("jk");
    expect(await replyBox(page).inputValue()).toBe("jk");
    await replyBox(page).fill("");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("keeps two tabs in step, and what is written over a lost connection", async () => {
    const { context } = company.dashboard;
    const [one, two] = [await company.dashboard.open(pathOf(id)), await company.dashboard.open(pathOf(id))];
    for (const { page } of [one, two])
      await messageOf(page, "I have many questions.").or(messageOf(page, "Message 250")).first().waitFor();
    await replyBox(one.page).fill("Seen in both tabs.");
    await replyBox(one.page).press("Enter");
    await messageOf(two.page, "Seen in both tabs.").waitFor();

    await context.setOffline(true);
    await replyBox(one.page).fill("Written without a connection.");
    await replyBox(one.page).press("Enter");
    await one.page.getByText("Not sent. The server cannot be reached.").waitFor();
    expect(await replyBox(one.page).inputValue()).toBe("Written without a connection.");
    await one.page.getByText("The connection to the server is lost.").waitFor();
    await photographAll(one.page, "conversation-offline");
    await context.setOffline(false);
    await one.page
      .getByText("The connection to the server is lost.")
      .waitFor({ state: "detached", timeout: 15_000 });
    await replyBox(one.page).press("Enter");
    await messageOf(one.page, "Written without a connection.")
      .getByText(/^(Sent|Delivered)$/)
      .waitFor();
    await messageOf(two.page, "Written without a connection.").waitFor();
    const sent = (await messagesOf(id)).filter(({ text }) => text === "Written without a connection.");
    expect(sent).toHaveLength(1);
    expect(own([...one.complaints, ...two.complaints])).toEqual([]);
    await one.page.close();
    await two.page.close();
  });
});

describe("the list", () => {
  beforeAll(() => addQuiet(company.dashboard.databaseUrl, company.channelId, 80));

  const rowHeight = 84;
  const listOf = (page: Page) => page.getByRole("region", { name: "Conversations" });
  const firstRow = (page: Page) => listOf(page).getByRole("listitem").first();
  const scroller = "document.querySelector('section[aria-label=Conversations]')";
  const scrollTop = (page: Page) => page.evaluate<number>(`${scroller}.scrollTop`);
  const idOfRow = async (page: Page, selector: string) =>
    /conv_\w+/.exec((await listOf(page).locator(selector).getAttribute("href")) ?? "")?.[0] ?? "";
  /** Where its row stands on the screen. */
  const topOf = async (page: Page, id: string) =>
    (await listOf(page).locator(`a[href*="${id}"]`).boundingBox())?.y ?? Number.NaN;
  const writeIn = (id: string) =>
    company.dashboard.client.post(`/v1/conversations/${id}/messages`, { text: "Are you there?" });

  it("puts the latest message first in every tab; the keys, the focus and the screen stay with their rows", async () => {
    const { client } = company.dashboard;
    const { items } = await client.get<Listed<Identified>>("/v1/conversations?q=quiet%2060");
    const keyed = await company.dashboard.open("/conversations");
    const scrolled = await company.dashboard.open("/conversations");
    await rowOf(keyed.page, "Quiet 01").waitFor();
    for (const key of ["j", "j", "j"]) await keyed.page.keyboard.press(key);
    const activeId = await idOfRow(keyed.page, "[data-active] a");
    await rowOf(scrolled.page, "Quiet 01").waitFor();
    await scrolled.page.evaluate(`${scroller}.scrollTop = ${20 * rowHeight + 30}`);
    await rowOf(scrolled.page, "Quiet 20").click();
    await scrolled.page.waitForURL(/conversations\/conv_/);
    const openId = await idOfRow(scrolled.page, "[aria-current=page]");
    const [place, top] = [await scrollTop(scrolled.page), await topOf(scrolled.page, openId)];

    await writeIn(items[0]?.id ?? "");
    await expect.poll(() => firstRow(keyed.page).textContent()).toContain("Quiet 60");
    expect(await scrollTop(keyed.page)).toBe(0);
    expect(await idOfRow(keyed.page, "[data-active] a")).toBe(activeId);
    await keyed.page.keyboard.press("Enter");
    await keyed.page.waitForURL(`**${pathOf(activeId)}`);
    await expect.poll(() => scrollTop(scrolled.page)).toBe(place + rowHeight);
    expect(await topOf(scrolled.page, openId)).toBeCloseTo(top, 0);

    // The open row itself leaves the screen, and what stood above it stays.
    await writeIn(openId);
    await expect.poll(() => topOf(scrolled.page, openId)).toBeLessThan(0);
    expect(await scrollTop(scrolled.page)).toBe(place + 2 * rowHeight);
    expect(await scrolled.page.evaluate<string>("document.activeElement.getAttribute('href')")).toContain(
      openId,
    );
    expect(await idOfRow(scrolled.page, "[aria-current=page]")).toBe(openId);

    const ida = await company.meet("Ida Berg");
    await ida.write("Hello?");
    (await company.model.nextCall()).finish();
    await expect.poll(() => firstRow(keyed.page).textContent()).toContain("Ida Berg");
    await scrolled.page.evaluate(`${scroller}.scrollTop = 0`);
    await expect.poll(() => firstRow(scrolled.page).textContent()).toContain("Ida Berg");
    expect([...keyed.complaints, ...scrolled.complaints]).toEqual([]);
    await keyed.page.close();
    await scrolled.page.close();
  });
});
