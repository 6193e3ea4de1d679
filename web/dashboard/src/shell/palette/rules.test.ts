import { describe, expect, it } from "vitest";
import { findBy, mostRecent, orderKinds, rankOf, readRecent, withRecent } from "./rules.ts";

const entries = [
  { label: "Conversations", words: "inbox messages" },
  { label: "New task", words: "create schedule" },
  { label: "Tasks", words: "scheduled" },
  { label: "Task réminders", words: "" },
  { label: "Import contacts", words: "csv task" },
];
const labels = (query: string) => findBy(entries, query).map(({ label }) => label);

describe("findBy", () => {
  it.each([
    ["task", ["Tasks", "Task réminders", "New task", "Import contacts"]],
    ["NEW ta", ["New task"]],
    ["ta new", ["New task"]],
    ["inbox", ["Conversations"]],
    ["remind", ["Task réminders"]],
    ["asks", []],
    ["(", entries.map(({ label }) => label)],
    ["", entries.map(({ label }) => label)],
  ])("%j", (query, found) => {
    expect(labels(query)).toEqual(found);
  });
});

describe("found objects", () => {
  const ada = { name: "Ada Kovač", ids: ["crm-77", "ada@example.com", null] };

  it.each([
    ["crm-77", 0],
    [" ADA@example.com ", 0],
    ["ada kovac", 0],
    ["ada", 1],
    ["kov", 2],
    ["kovač ad", 2],
    ["crm-7", 3],
    ["example", 3],
  ])("%j has the rank %i", (typed, rank) => {
    expect(rankOf(typed, ada)).toBe(rank);
  });

  it("come best first, and so do their kinds", () => {
    const kinds = [
      {
        heading: "Tasks",
        found: [
          { item: "mentions it", rank: 3 },
          { item: "a word of it", rank: 2 },
        ],
      },
      {
        heading: "Contacts",
        found: [
          { item: "newest", rank: 3 },
          { item: "exactly it", rank: 0 },
          { item: "older", rank: 3 },
        ],
      },
      { heading: "Agents", found: [] },
      { heading: "Conversations", found: [{ item: "a", rank: 2 }] },
    ];
    expect(orderKinds(kinds, 2)).toEqual([
      { heading: "Contacts", items: ["exactly it", "newest"] },
      { heading: "Tasks", items: ["a word of it", "mentions it"] },
      { heading: "Conversations", items: ["a"] },
    ]);
  });
});

describe("recent pages", () => {
  const page = (last: string, title = last) => ({
    path: `/tasks/task_01k3v8q5x8e7arf4s2m6t9c0w${last}`,
    title,
  });

  it("has each page once, the newest first, and no more than fit", () => {
    const once = withRecent([page("a"), page("b")], page("b", "renamed"));
    expect(once).toEqual([page("b", "renamed"), page("a")]);
    const many = [..."abcdefghjk"].reduce<ReturnType<typeof withRecent>>(
      (pages, last) => withRecent(pages, page(last)),
      [],
    );
    expect(many).toHaveLength(mostRecent);
    expect(many[0]).toEqual(page("k"));
  });

  it("leaves out pages that are no object's", () => {
    expect(withRecent([page("a")], { path: "/tasks", title: "Tasks" })).toEqual([page("a")]);
  });

  it.each([null, "", "{", "{}", '[{"path":1}]', '[{"path":"//elsewhere.example","title":"x"}]'])(
    "reads %j as none",
    (text) => {
      expect(readRecent(text)).toEqual([]);
    },
  );

  it("reads what was kept", () => {
    expect(readRecent(JSON.stringify([page("a")]))).toEqual([page("a")]);
  });
});
