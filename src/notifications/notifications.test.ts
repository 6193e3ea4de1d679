import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { contribute } from "../base/extensions.ts";
import { newId, toId } from "../base/ids.ts";
import type { Caller, Role, RouteAccess } from "../base/route.ts";
import {
  createMailer,
  type Mailer,
  type NewNotification,
  type NotificationKind,
  notificationKinds,
  notificationsModule,
  notify,
} from "./index.ts";
import { startSmtpServer, type TestSmtpServer } from "./smtp.test-support.ts";

let core: TestCore;
let smtp: TestSmtpServer;
let mailer: Mailer;
let workspaceId: string;

beforeAll(async () => {
  core = await createTestCore();
  smtp = await startSmtpServer();
  mailer = createMailer({ smtpUrl: smtp.url, from: "Errand <errand@example.com>", log: core.log });
  core.extensions.add(notificationsModule(core, { mailer, members }).contributions ?? []);
  core.extensions.add([contribute(notificationKinds, paused, recovered)]);
});

beforeEach(async () => {
  workspaceId = await core.newWorkspace("acme");
});

afterAll(async () => {
  mailer.close();
  await smtp.close();
  await core.close();
});

async function newMember(role: Role): Promise<{ id: string; email: string }> {
  const [id, userId] = [newId(), newId()];
  const email = `${id}@example.com`;
  await core.db.system(async (tx) => {
    await tx.query({
      text: "insert into auth_users (id, name, email) values ($1, 'x', $2)",
      values: [userId, email],
    });
    await tx.query({
      text: "insert into members (workspace_id, id, user_id, name, email, role) values ($1, $2, $3, 'x', $4, $5)",
      values: [workspaceId, id, userId, email, role],
    });
  });
  return { id, email };
}

/** How members are known is tested with the whole program; here the caller is handed to the routes. */
const members: RouteAccess<Caller> = { kind: "public" };

const paused: NotificationKind = {
  kind: "task.auto_paused",
  title: "Task paused",
  description: "It failed.",
};
const recovered: NotificationKind = { kind: "task.recovered", title: "Works", description: "It works." };

const trouble: NewNotification = {
  kind: paused,
  severity: "warning",
  title: "Task paused: Früh",
  body: "Five executions in a row failed.\n.\nThe last reason: \u0000 no key.",
};

const say = (more: Partial<NewNotification> = {}) =>
  core.db.tenant(workspaceId, (tx) => notify(core, tx, { ...trouble, ...more }));

async function call(
  operationId: string,
  request: {
    params?: Record<string, string>;
    query?: Record<string, string>;
    body?: unknown;
    memberId?: string;
  } = {},
): Promise<unknown> {
  const route = notificationsModule(core, { mailer, members }).routes?.find(
    (one) => one.operationId === operationId,
  );
  const { memberId } = request;
  const caller: Caller =
    memberId === undefined
      ? { workspaceId, kind: "api_key", id: newId(), scope: "admin", role: null }
      : { workspaceId, kind: "member", id: memberId, scope: "read", role: "viewer" };
  return await route?.handler?.({
    params: route.params?.parse(request.params),
    query: route.query?.parse(request.query ?? {}),
    body: route.body?.parse(request.body),
    caller,
    requestId: "r",
    ip: "::1",
    headers: {},
    signal: new AbortController().signal,
  });
}

async function runJob(payload: unknown): Promise<void> {
  const [job] = notificationsModule(core, { mailer, members }).jobs ?? [];
  if (job === undefined) throw new Error("the module has no job");
  await job.handle(job.payload.parse(payload), {
    workspaceId,
    signal: new AbortController().signal,
    attempt: 1,
  });
}

/** Ids, and with them the order of lists, rise with each millisecond. */
async function nextMillisecond(): Promise<void> {
  const started = Date.now();
  await vi.waitUntil(() => Date.now() > started, { interval: 1 });
}

describe("a notification", () => {
  it("is said once while it is unread, also by two at the same moment, and again afterwards", async () => {
    const dedupKey = "task 1";
    const ids = await Promise.all([say({ dedupKey }), say({ dedupKey }), say({ dedupKey })]);
    const [id = ""] = ids.filter((one) => one !== undefined);
    expect(ids.filter((one) => one === undefined)).toHaveLength(2);
    expect(await say({ dedupKey: "task 2" })).toBeDefined();
    await call("readNotification", { params: { notificationId: toId("notification", id) } });
    expect(await say({ dedupKey })).toBeDefined();
    await say();
    await say();
    expect(await call("listNotifications")).toMatchObject({ items: { length: 5 } });
  });

  it("is listed, read and read together", async () => {
    const taskId = newId();
    await say({ title: "first", target: { kind: "task", id: taskId } });
    await nextMillisecond();
    await say({ title: "second", severity: "error" });
    const listed = (await call("listNotifications", { query: { unread: "true" } })) as {
      items: { id: string }[];
    };
    expect(listed.items).toMatchObject([
      { title: "second", severity: "error", target: null, readAt: null },
      {
        title: "first",
        target: { kind: "task", id: toId("task", taskId) },
        body: expect.not.stringContaining("\u0000"),
      },
    ]);
    const params = { notificationId: listed.items[0]?.id ?? "" };
    const read = await call("readNotification", { params });
    expect(read).toMatchObject({ title: "second", readAt: expect.any(String) });
    expect(await call("readNotification", { params })).toEqual(read);
    expect(await call("listNotifications", { query: { unread: "false" } })).toMatchObject({ items: [read] });
    expect(await call("readAllNotifications")).toEqual({ count: 1 });
    expect(await call("listNotifications", { query: { unread: "true" } })).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  it("is counted while it is unread, to 100 and no further", async () => {
    expect(await call("countUnreadNotifications")).toEqual({ count: 0 });
    await say();
    await say();
    expect(await call("countUnreadNotifications")).toEqual({ count: 2 });
    await call("readAllNotifications");
    expect(await call("countUnreadNotifications")).toEqual({ count: 0 });
    await core.db.autocommit.query({
      text: `insert into notifications (workspace_id, id, kind, severity, title, body)
        select $1, uuidv7(), 'x', 'info', 'x', 'x' from generate_series(1, 120)`,
      values: [workspaceId],
    });
    expect(await call("countUnreadNotifications")).toEqual({ count: 100 });
  });

  it("of another workspace is not there", async () => {
    const params = { notificationId: toId("notification", (await say()) ?? "") };
    workspaceId = await core.newWorkspace("other");
    await expect(call("readNotification", { params })).rejects.toMatchObject({ status: 404 });
    expect(await call("listNotifications")).toEqual({ items: [], nextCursor: null });
    expect(await call("readAllNotifications")).toEqual({ count: 0 });
  });
});

describe("its mail", () => {
  it("is queued for owners and admins, one job each, and only if there is a mail server", async () => {
    const people = [await newMember("owner"), await newMember("admin")];
    await newMember("operator");
    await newMember("viewer");
    const before = core.sentJobs.length;
    const notificationId = await say();
    const jobs = people.map(({ id }) => ({
      id: "notifications.email",
      payload: { notificationId, memberId: id },
    }));
    const sent = core.sentJobs.slice(before);
    expect(sent).toHaveLength(jobs.length);
    expect(sent).toEqual(expect.arrayContaining(jobs));
    const silent = await createTestCore();
    silent.extensions.add(
      notificationsModule(silent, { mailer: createMailer({ from: "x", log: core.log }), members })
        .contributions ?? [],
    );
    await core.db.tenant(workspaceId, (tx) => notify(silent, tx, trouble));
    expect(silent.sentJobs).toEqual([]);
    await silent.close();
  });

  it("says the same as the notification", async () => {
    const { id: memberId, email } = await newMember("owner");
    await runJob({ notificationId: await say(), memberId });
    const mail = smtp.mails.at(-1);
    expect(mail).toMatchObject({ from: "errand@example.com", to: [email] });
    expect(mail?.data).toMatch(/^From: Errand <errand@example\.com>/m);
    expect(mail?.data).toMatch(/^Subject: (\[acme\] Task paused: |=\?UTF-8\?)/m);
    expect(mail?.data).toContain("Five executions in a row failed.\r\n.\r\nThe last reason:");
  });

  it("is not sent when it was read meanwhile, or when the member is gone", async () => {
    const { id: memberId } = await newMember("owner");
    const before = smtp.mails.length;
    const notificationId = await say();
    await runJob({ notificationId, memberId: newId() });
    await call("readAllNotifications");
    await runJob({ notificationId, memberId });
    expect(smtp.mails).toHaveLength(before);
  });

  it("is sent only to members who want this kind, whatever was queued before they chose", async () => {
    const [ada, ben] = [await newMember("owner"), await newMember("admin")];
    const notificationId = await say();
    const choose = (email: boolean) =>
      call("updateNotificationPreferences", {
        memberId: ada.id,
        body: { items: [{ kind: paused.kind, email }] },
      });
    await choose(false);
    const before = smtp.mails.length;
    for (const { id: memberId } of [ada, ben]) await runJob({ notificationId, memberId });
    expect(smtp.mails.slice(before).map(({ to }) => to)).toEqual([[ben.email]]);
    await runJob({ notificationId: await say({ kind: recovered }), memberId: ada.id });
    await choose(true);
    await runJob({ notificationId, memberId: ada.id });
    expect(smtp.mails.slice(before + 1).map(({ to }) => to)).toEqual([[ada.email], [ada.email]]);
  });

  it("fails as a job, to be sent again, when the mail server refuses it or is away", async () => {
    const { id: memberId } = await newMember("owner");
    const payload = { notificationId: await say(), memberId };
    smtp.refuse(true);
    await expect(runJob(payload)).rejects.toThrow(/no mail today/);
    smtp.refuse(false);
    const before = smtp.mails.length;
    await runJob(payload);
    expect(smtp.mails).toHaveLength(before + 1);
    const away = createMailer({ smtpUrl: "smtp://127.0.0.1:1", from: "x@example.com", log: core.log });
    await expect(away.send({ to: "a@example.com", subject: "s", text: "t" })).rejects.toThrow(/ECONNREFUSED/);
    away.close();
  });
});

describe("createMailer", () => {
  it("takes an address as one address and a subject as one line", async () => {
    await mailer.send({ to: "a@example.com", subject: "one\r\nBcc: eve@example.com", text: "t" });
    expect(smtp.mails.at(-1)?.to).toEqual(["a@example.com"]);
    expect(smtp.mails.at(-1)?.data).not.toMatch(/^Bcc:/m);
    await mailer
      .send({ to: "b@example.com, eve@example.com", subject: "s", text: "t" })
      .catch(() => undefined);
    expect(smtp.mails.filter(({ to }) => to.includes("eve@example.com"))).toEqual([]);
  });

  it("without a mail server writes what it would send to the log", async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const silent = createMailer({ from: "x", log });
    expect(silent.configured).toBe(false);
    await silent.send({ to: "a@example.com", subject: "s", text: "http://x/reset-password#token=abc" });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, to: "a@example.com", text: "http://x/reset-password#token=abc" },
    ]);
  });

  it("refuses what is no SMTP URL", () => {
    for (const smtpUrl of ["mail.example.com", "https://mail.example.com"])
      expect(() => createMailer({ smtpUrl, from: "x", log: core.log })).toThrow(/smtp:\/\//);
  });
});
