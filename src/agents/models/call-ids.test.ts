import { describe, expect, it } from "vitest";
import { servedKinds } from "../../../test/model-servers/kinds.ts";
import { createCallIds } from "./call-ids.ts";
import { ask, connect, startServer, ways } from "./http-model.test-support.ts";

const everyWay = servedKinds.flatMap((served) => ways.map((how) => ({ kind: served.kind, how, served })));

describe.each(everyWay)("$kind, $how", ({ served, how }) => {
  it.each([
    ["one", ["same", "same", "same", "same"]],
    ["one, beside others,", ["same", "other", "same", "same_2"]],
    ["an empty", ["", "", "", ""]],
  ])("keeps calls of %s id apart, each with its arguments and in order", async (_what, ids) => {
    const toolCalls = [
      { name: "send_message", input: { text: "FIRST" } },
      { name: "send_message", input: { text: "SECOND" } },
      { name: "finish", input: { summary: "Done." } },
      { name: "send_message", input: { text: "THIRD" } },
    ].map((call, index) => ({ ...call, id: ids[index] ?? "" }));
    const server = await startServer(served, [{ text: "Now.", toolCalls }]);
    const answer = await connect(served, server).call(ask(how));
    expect(answer.toolCalls.map(({ name, input }) => ({ name, input }))).toEqual(
      toolCalls.map(({ name, input }) => ({ name, input })),
    );
    const got = answer.toolCalls.map(({ id }) => id);
    // Where the library's stream makes ids unique by itself it makes up new ones.
    if (ids[0] !== "") expect(got[0]).toBe(ids[0]);
    expect(new Set(got).size).toBe(4);
    expect(got).not.toContain("");
  });

  it("keeps a call apart that cannot be carried out", async () => {
    const toolCalls = [
      { id: "same", name: "launch_rocket", input: { target: "moon" } },
      { id: "same", name: "send_message", input: { text: "SECOND" } },
    ];
    const server = await startServer(served, [{ toolCalls }]);
    const answer = await connect(served, server).call(ask(how));
    expect(answer.toolCalls).toMatchObject([
      { id: "same", name: "launch_rocket", invalid: expect.stringContaining("There is no tool") },
      { name: "send_message", input: { text: "SECOND" } },
    ]);
    expect(new Set(answer.toolCalls.map(({ id }) => id)).size).toBe(2);
    expect(answer.toolCalls[1]).not.toHaveProperty("invalid");
  });
});

const withoutIds = everyWay.filter(({ kind }) => kind === "google" || kind === "openai_compatible");

it.each(withoutIds)("keeps calls without ids apart: $kind, $how", async ({ served, how }) => {
  const toolCalls = ["FIRST", "SECOND"].map((text) => ({ id: null, name: "send_message", input: { text } }));
  const server = await startServer(served, [{ toolCalls }]);
  const answer = await connect(served, server).call(ask(how));
  expect(answer.toolCalls.map(({ input }) => input)).toEqual([{ text: "FIRST" }, { text: "SECOND" }]);
  expect(new Set(answer.toolCalls.map(({ id }) => id)).size).toBe(2);
});

it("numbers a repeated id, and replaces an empty one", () => {
  const { next } = createCallIds();
  expect(["a", "b", "a", "a_2", "a"].map(next)).toEqual(["a", "b", "a_2", "a_2_2", "a_3"]);
  const made = ["", " ", ""].map(next);
  expect(made.every((id) => id.trim() !== "")).toBe(true);
  expect(new Set(made).size).toBe(3);
});

it("gives a complete call the id of its beginning, and one without a beginning its own", () => {
  const ids = createCallIds();
  const begun = [ids.begin("a"), ids.begin("b"), ids.begin("a")];
  expect(begun).toEqual(["a", "b", "a_2"]);
  expect([ids.end("b"), ids.end("a"), ids.end("a"), ids.end("a")]).toEqual(["b", "a", "a_2", "a_3"]);
});
