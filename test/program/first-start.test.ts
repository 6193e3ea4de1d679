import { chmod } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrograms, type Program, type Programs, postgresPid } from "../program.ts";
import {
  createCast,
  createContactTask,
  type ExecutionShown,
  type Identified,
  type Listed,
  listOutbound,
  type MessageShown,
  trigger,
  untilEnded,
  untilShown,
} from "../program-client.ts";

let programs: Programs;

beforeAll(() => {
  programs = createPrograms();
});

afterAll(() => programs.close());

interface DemoShown {
  readonly agentIds: readonly string[];
  readonly contactIds: readonly string[];
  readonly channelIds: readonly string[];
  readonly taskIds: readonly string[];
  readonly kept: readonly unknown[];
}

const noDemo: DemoShown = { agentIds: [], contactIds: [], channelIds: [], taskIds: [], kept: [] };

describe("a first start", () => {
  let dataDir: string;
  let program: Program;
  let apiKey: string;

  beforeAll(async () => {
    dataDir = await programs.newDataDir();
    program = await programs.start({ dataDir });
    apiKey = program.apiKey ?? "";
  });

  it("prints the address, a link for the owner, a key and where the data lies", async () => {
    expect(program.url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(apiKey).toMatch(/^errand_[\w-]{43}$/);
    expect(program.ownerLink).toMatch(new RegExp(`^${program.url}/invitation#token=[\\w-]{43}$`));
    expect(program.output()).toContain(`  data       ${dataDir}/postgres/data\n`);
    expect(await program.client().get("/v1/workspace")).toMatchObject({ name: "default" });
    expect(program.complaints()).toEqual([]);
  });

  it("writes neither the key nor the link's token into the log", () => {
    const log = program
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    const token = program.ownerLink?.split("=")[1] ?? "";
    expect(log.length).toBeGreaterThan(0);
    expect(log.filter((line) => line.includes(apiKey) || line.includes(token))).toEqual([]);
  });

  it("shows the demo: a task's message, the contact's answer and a reply to it", async () => {
    const client = program.client();
    const { items: tasks } =
      await client.get<Listed<Identified & { demo: boolean; nextRunAt: string }>>("/v1/tasks");
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toMatchObject({ demo: true, nextRunAt: expect.stringMatching(/^\d{4}-/) });
    const reply = await untilShown("the demo's reply", async () => {
      const { items } = await client.get<Listed<ExecutionShown>>(
        "/v1/executions?kind=reply&status=completed",
      );
      return items[0];
    });
    expect(reply).toMatchObject({ outcome: "message_sent" });
    const { items } = await client.get<Listed<ExecutionShown>>("/v1/executions?kind=task&status=completed");
    expect(items.at(-1)).toMatchObject({ outcome: "message_sent" });
    const [conversationId] = reply.conversationIds;
    const messages = await client.get<Listed<MessageShown & { author: { kind: string } }>>(
      `/v1/conversations/${conversationId}/messages?after=0`,
    );
    expect(messages.items.slice(0, 3).map(({ author, direction }) => `${author.kind} ${direction}`)).toEqual([
      "agent out",
      "contact in",
      "agent out",
    ]);
  });

  it("removes the demo by one call and leaves what is the user's own", async () => {
    const client = program.client();
    const cast = await createCast(client);
    const own = await createContactTask(client, cast);
    expect((await untilEnded(client, await trigger(client, own.taskId))).outcome).toBe("message_sent");
    const demo = await client.get<DemoShown>("/v1/demo");
    expect([
      demo.agentIds.length,
      demo.contactIds.length,
      demo.channelIds.length,
      demo.taskIds.length,
    ]).toEqual([1, 1, 1, 1]);

    expect(await client.delete("/v1/demo")).toEqual(demo);

    expect(await client.get("/v1/demo")).toEqual(noDemo);
    expect(await client.status(`/v1/tasks/${demo.taskIds[0]}`)).toBe(404);
    const left = async (path: string) =>
      (await client.get<Listed<Identified>>(path)).items.map(({ id }) => id);
    expect(await left("/v1/agents")).toEqual([cast.agentId]);
    expect(await left("/v1/channels")).toEqual([cast.channelId]);
    expect(await left("/v1/contacts")).toEqual([own.contactId]);
    expect(await left("/v1/tasks")).toEqual([own.taskId]);
    expect(await left("/v1/model-providers")).toHaveLength(1);
    expect(await left("/v1/conversations")).toHaveLength(1);
    expect(await left("/v1/executions")).toHaveLength(1);
    expect(await listOutbound(client, own.contactId)).toHaveLength(1);
    await client.delete("/v1/demo");
    expect(program.complaints()).toEqual([]);
  });

  it("keeps its data, its key and its peace at the second start", async () => {
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(await postgresPid(dataDir)).toBeUndefined();

    const second = await programs.start({ dataDir });
    const client = second.client(apiKey);
    expect((await client.get<Listed<Identified>>("/v1/tasks")).items).toHaveLength(1);
    expect(await client.get("/v1/demo")).toEqual(noDemo);
    // The first link was never used, so a new one takes its place.
    expect(second.ownerLink).not.toBe(program.ownerLink);
    await second.stop();
    expect(second.output()).not.toContain("API key");
    expect(second.output()).not.toContain("migrated");
    expect(second.complaints()).toEqual([]);
  });
});

describe("a first start elsewhere", () => {
  const apiKey = `own-key-${"0123456789".repeat(4)}`;
  const env = { ERRAND_BOOTSTRAP_API_KEY: apiKey, ERRAND_DEMO: "0" };

  it("needs no environment, takes the key from the settings, and makes no demo if told so", async () => {
    const dataDir = await programs.newDataDir();
    // Not even a path, and no LANG: the database is UTF-8 all the same.
    const program = await programs.start({ dataDir, env, path: false });
    const client = program.client(apiKey);
    expect(await client.get("/v1/demo")).toEqual(noDemo);
    expect((await client.get<Listed<Identified>>("/v1/tasks")).items).toEqual([]);
    expect(await client.get("/v1/api-keys")).toMatchObject({
      items: [{ name: "first key", scope: "admin" }],
    });
    const name = "Zoë Ångström 日本語 ✓";
    const { id } = await client.post<Identified>("/v1/contacts", { name });
    expect(await client.get(`/v1/contacts/${id}`)).toMatchObject({ name });
    await program.stop();
    expect(program.apiKey).toBeUndefined();
    expect(program.output()).not.toContain(apiKey);
  });

  it.skipIf(process.getuid?.() !== 0)("works below /root, where PostgreSQL's account cannot go", async () => {
    const dataDir = await programs.newDataDir("/root");
    await chmod(dirname(dataDir), 0o700);
    const program = await programs.start({ dataDir, env });
    expect(program.output()).toMatch(
      /its files lie in \/var\/lib\/errand\/databases\/\S+, which its account can enter/,
    );
    const client = program.client(apiKey);
    const task = await createContactTask(client, await createCast(client));
    expect((await untilEnded(client, await trigger(client, task.taskId))).outcome).toBe("message_sent");
    await program.stop();
    expect(program.complaints()).toEqual([]);
  });
});
