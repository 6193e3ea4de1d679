import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTestCore, type TestCore } from "../../test/core.ts";
import { startProxy } from "../../test/proxy.ts";
import { until } from "../../test/until.ts";
import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { createSignals, type SignalChannel, type Signals } from "./signals.ts";

let core: TestCore;
const open: Signals[] = [];

beforeAll(async () => {
  core = await createTestCore();
});
afterEach(async () => {
  for (const signals of open.splice(0)) await signals.stop();
});
afterAll(() => core.close());

async function startProcess(): Promise<{ readonly signals: Signals; readonly heard: string[] }> {
  const { url, log, clock } = core;
  const signals = createSignals({ url, log, clock, processId: newId() });
  open.push(signals);
  const heard: string[] = [];
  for (const channel of ["executions", "cancel", "live"] as const)
    signals.listen(channel, (payload) => heard.push(`${channel} ${payload}`));
  await signals.start();
  return { signals, heard };
}

async function cutConnections(): Promise<void> {
  const admin = new pg.Client({ connectionString: core.url });
  await admin.connect();
  await admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'errand signals' and datname = current_database()",
  );
  await admin.end();
}

describe("signals", () => {
  test("reach this process at once, once, and the others soon", async () => {
    const [here, there] = [await startProcess(), await startProcess()];
    here.signals.notify("executions", "bulk");
    expect(here.heard).toEqual(["executions bulk"]);
    await until("the other process to hear", () => there.heard.length > 0);
    // What comes after it has come after whatever an echo would have been.
    there.signals.notify("cancel", "x");
    await until("the answer", () => here.heard.includes("cancel x"));
    expect(here.heard).toEqual(["executions bulk", "cancel x"]);
    expect(there.heard).toEqual(["executions bulk", "cancel x"]);
  });

  test("keep channels and payloads apart, and say the same thing once", async () => {
    const [here, there] = [await startProcess(), await startProcess()];
    for (const payload of ["a", "b", "a"]) here.signals.notify("cancel", payload);
    here.signals.notify("live", "c");
    await until("everything", () => there.heard.length === 3);
    expect(there.heard.sort()).toEqual(["cancel a", "cancel b", "live c"]);
  });

  test("a thousand at once go out in a few messages", async () => {
    const here = await startProcess();
    const listener = new pg.Client({ connectionString: core.url });
    await listener.connect();
    try {
      let messages = 0;
      const payloads = new Set<string>();
      listener.on("notification", ({ payload }) => {
        messages += 1;
        for (const text of (payload ?? "").split("\n").slice(1)) payloads.add(text);
      });
      await listener.query("listen errand_cancel");
      for (let count = 0; count < 1_000; count += 1) here.signals.notify("cancel", `${count}`);
      await until("all of them", () => payloads.size === 1_000);
      expect(messages).toBeLessThan(5);
    } finally {
      await listener.end();
    }
  });

  test("too much to say becomes 'anything may have changed'", async () => {
    const [here, there] = [await startProcess(), await startProcess()];
    for (let count = 0; count < 300; count += 1) here.signals.notify("cancel", newId());
    await until("the message", () => there.heard.length > 0);
    expect(there.heard[0]).toBe("cancel ");
  });

  test("too many changes are told of by kind and workspace, as long as there is room for that", async () => {
    const [here, there] = [await startProcess(), await startProcess()];
    const [ours, theirs] = [newId(), newId()];
    const told = [`live ${ours} contact:`, `live ${ours} task:`, `live ${theirs} task:`];
    for (let count = 0; count < 300; count += 1) here.signals.notify("live", `${ours} task:${newId()}`);
    here.signals.notify("live", `${theirs} task:${newId()}`);
    here.signals.notify("live", `${ours} contact:${newId()}`);
    await until("the message", () => there.heard.length === told.length);
    expect(there.heard.toSorted()).toEqual(told.toSorted());
    for (let count = 0; count < 300; count += 1) here.signals.notify("live", `${newId()} task:${newId()}`);
    await until("the second message", () => there.heard.length > told.length);
    expect(there.heard.slice(told.length)).toEqual(["live "]);
  });

  test("content is never left out: too much of it becomes several messages", async () => {
    const [here, there] = [await startProcess(), await startProcess()];
    const heard: string[] = [];
    there.signals.listen("previews", (payload) => heard.push(payload));
    // Three bytes each in UTF-8, so that what counts is not the number of characters.
    const payloads = Array.from({ length: 10 }, (_, index) => `${index}${"€".repeat(1_000)}`);
    for (const payload of payloads) here.signals.notify("previews", payload);
    await until("all of them", () => heard.length === payloads.length);
    expect(heard).toEqual(payloads);
  });

  test("a handler that throws keeps nobody from hearing", async () => {
    const { signals, heard } = await startProcess();
    const fail = () => {
      throw new Error("a handler's fault");
    };
    signals.listen("live", fail);
    const second: string[] = [];
    const stop = signals.listen("live", (payload) => second.push(payload));
    signals.notify("live", "1");
    stop();
    signals.notify("live", "2");
    expect([heard, second]).toEqual([["live 1", "live 2"], ["1"]]);
  });

  test("after a lost connection every channel may have missed something, and works again", async () => {
    const [here, there] = [await startProcess(), await startProcess()];
    await cutConnections();
    const channels: readonly SignalChannel[] = ["executions", "cancel", "live"];
    await until("both to be back", () =>
      [here, there].every(({ heard }) => channels.every((channel) => heard.includes(`${channel} `))),
    );
    here.signals.notify("executions", "reply");
    await until("the other process to hear", () => there.heard.includes("executions reply"));
  });

  test("sending without a connection throws nothing", async () => {
    const { url, log, clock } = core;
    const signals = createSignals({ url, log, clock, processId: newId() });
    open.push(signals);
    const heard: string[] = [];
    signals.listen("live", (payload) => heard.push(payload));
    signals.notify("live", "x");
    expect(heard).toEqual(["x"]);
  });
});

test("while the database is away there is one try at a time, and one connection after it", async () => {
  const proxy = await startProxy(new URL(core.url));
  // Pauses pass quickly, so that many tries fit into the test.
  const clock = { ...systemClock, after: (ms: number, run: () => void) => systemClock.after(ms / 50, run) };
  const signals = createSignals({ url: proxy.url, log: core.log, clock, processId: newId() });
  open.push(signals);
  await signals.start();
  let resumed = 0;
  signals.listen("live", () => {
    resumed += 1;
  });
  proxy.state.away = true;
  proxy.state.mostTogether = 0;
  proxy.cut();
  await until("a dozen tries", () => proxy.state.attempts > 12);
  expect(proxy.state.mostTogether).toBe(1);
  proxy.state.away = false;
  await until("the connection to be back", () => resumed > 0);
  expect(proxy.state.together).toBe(1);
  await signals.stop();
  await proxy.close();
});
