import { describe, expect, test } from "vitest";
import type { ContactImport, ContactImportRow, ImportContactsBody } from "../../../../api/generated/model";
import { ApiError, ConnectionError } from "../../../../api/problem.ts";
import type { MappedRow } from "../mapping/rows.ts";
import { inLines, toBatches } from "./batches.ts";
import { columnOf, failedRowsFile, faultWords } from "./failed-rows.ts";
import { createImportRun } from "./import-run.ts";

const toRow = (row: ContactImportRow, index: number): MappedRow => ({ line: index + 2, row, faults: [] });
const people = (count: number) =>
  Array.from({ length: count }, (_, index) => toRow({ name: `Person ${index}` }, index));

/** As the API answers when every row makes a contact. */
function allCreated({ rows }: ImportContactsBody): ContactImport {
  const items = rows.map((_, index) => ({ index, result: "created" as const, contactId: null, errors: [] }));
  return { items, created: rows.length, updated: 0, unchanged: 0, failed: 0 };
}

interface Sent {
  readonly body: ImportContactsBody;
  readonly key: string;
}

/** A run against a server that fails as the script says before it answers. */
function createRun(rows: readonly MappedRow[], script: readonly unknown[], answer = allCreated) {
  const sent: Sent[] = [];
  const pauses: number[] = [];
  const left = [...script];
  const waits: (string | null)[] = [];
  const run = createImportRun({
    rows,
    dryRun: false,
    send: async (body, key) => {
      sent.push({ body, key });
      const fault = left.shift();
      if (fault !== undefined) throw fault;
      return answer(body);
    },
    pause: async (ms) => {
      pauses.push(ms);
      waits.push(run.state.get().waitsFor);
    },
  });
  return { run, sent, pauses, waits };
}

const apiError = (status: number, code: string, retryAfter: number | null = null) =>
  new ApiError(status, { code, detail: `It is ${code}.` }, retryAfter);

describe("requests", () => {
  test("have at most 500 rows, and no more bytes than the API takes", () => {
    expect(toBatches(people(1_001)).map((batch) => batch.length)).toEqual([500, 500, 1]);
    const large = Array.from({ length: 4 }, (_, index) =>
      toRow({ attributes: { note: "ж".repeat(200_000) } }, index),
    );
    expect(toBatches(large).map((batch) => batch.length)).toEqual([2, 2]);
    expect(toBatches([toRow({ name: "x".repeat(2_000_000) }, 0)])).toHaveLength(1);
    expect(toBatches([])).toEqual([]);
  });

  test("are counted in lines of the file", () => {
    const batch = people(3);
    expect(inLines("row 2 has the same e-mail address already", batch)).toBe(
      "line 4 has the same e-mail address already",
    );
    expect(inLines("another contact has this externalId", batch)).toBe(
      "another contact has this external id",
    );
    expect(inLines("row 9 and arrow 1", batch)).toBe("row 9 and arrow 1");
  });
});

describe("an import", () => {
  test("sends every row once, in order, each request under a key of its own", async () => {
    const { run, sent } = createRun(people(1_001), []);
    await run.start();
    expect(sent.flatMap(({ body }) => body.rows.map(({ name }) => name))).toEqual(
      people(1_001).map(({ row }) => row.name),
    );
    expect(new Set(sent.map(({ key }) => key)).size).toBe(3);
    expect(run.state.get()).toMatchObject({ phase: "done", done: 1_001, total: 1_001 });
    expect(run.state.get().counts).toEqual({ created: 1_001, updated: 0, unchanged: 0, failed: 0 });
  });

  test("sends a request whose answer was lost again under the same key, and waits longer each time", async () => {
    const lost = new ConnectionError("gone");
    const { run, sent, pauses, waits } = createRun(people(501), [undefined, lost, lost, lost, lost]);
    await run.start();
    expect(new Set(sent.slice(1).map(({ key }) => key)).size).toBe(1);
    expect(sent).toHaveLength(6);
    expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000]);
    expect(waits[0]).toContain("The connection is lost");
    expect(run.state.get()).toMatchObject({ phase: "done", waitsFor: null });
  });

  test("waits as long as the server asks", async () => {
    const script = [apiError(429, "rate_limited", 7), apiError(409, "idempotency_key_in_progress", 1)];
    const { run, sent, pauses } = createRun(people(1), script);
    await run.start();
    expect(pauses).toEqual([7_000, 1_000]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
  });

  test("takes another key where nobody knows what became of the first", async () => {
    const { run, sent } = createRun(people(1), [apiError(409, "idempotency_outcome_unknown")]);
    await run.start();
    expect(new Set(sent.map(({ key }) => key)).size).toBe(2);
  });

  test("breaks off when the session has ended, and goes on from there under the same key", async () => {
    const { run, sent } = createRun(people(501), [undefined, apiError(401, "unauthenticated")]);
    await run.start();
    expect(run.state.get()).toMatchObject({ phase: "broken", done: 500 });
    expect(run.state.get().fault).toContain("session has ended");
    await run.start();
    expect(run.state.get()).toMatchObject({ phase: "done", done: 501, fault: null });
    expect(sent[2]).toEqual(sent[1]);
  });

  test("breaks off when the server fails again and again", async () => {
    const fault = apiError(503, "unavailable");
    const { run } = createRun(people(1), [fault, fault, fault, fault]);
    await run.start();
    expect(run.state.get()).toMatchObject({ phase: "broken", fault: "It is unavailable." });
  });

  test("fails the rows of a request that is refused as a whole", async () => {
    const { run } = createRun(people(501), [apiError(413, "body_too_large")]);
    await run.start();
    expect(run.state.get().counts).toMatchObject({ created: 1, failed: 500 });
    expect(run.results()[0]).toEqual({
      line: 2,
      outcome: "failed",
      faults: [{ path: "", message: "It is body_too_large." }],
    });
  });

  test("stops after the request that is under way", async () => {
    const rows = people(1_001);
    const { run, sent } = createRun(rows, [], (body) => {
      run.stop();
      return allCreated(body);
    });
    await run.start();
    expect(sent).toHaveLength(1);
    expect(run.state.get()).toMatchObject({ phase: "stopped", done: 500 });
  });

  test("stops while it waits", async () => {
    const { run, sent } = createRun(people(1), [new ConnectionError("gone")]);
    const starting = run.start();
    run.stop();
    await starting;
    expect(sent).toHaveLength(1);
    expect(run.state.get()).toMatchObject({ phase: "stopped", done: 0 });
    await run.start();
    expect(run.state.get()).toMatchObject({ phase: "done", done: 1 });
    expect(sent[1]).toEqual(sent[0]);
  });

  test("does not send rows that are wrong already", async () => {
    const wrong: MappedRow = {
      line: 3,
      row: {},
      faults: [{ path: "attributes.seats", message: "must be a number" }],
    };
    const [first] = people(1);
    const { run, sent } = createRun([...(first ? [first] : []), wrong], []);
    await run.start();
    expect(sent[0]?.body.rows).toHaveLength(1);
    expect(run.results().map(({ line, outcome }) => [line, outcome])).toEqual([
      [2, "created"],
      [3, "failed"],
    ]);
  });
});

describe("rows of different requests that repeat each other", () => {
  const filler = people(500);
  const later = (row: ContactImportRow, index = 500) => toRow(row, index);

  test.each([
    [{ externalId: "a" }, { externalId: "a" }, "externalId", "line 2 has the same external id already"],
    [
      { email: "A@x.example" },
      { email: "a@X.example" },
      "email",
      "line 2 has the same e-mail address already",
    ],
    [
      { phone: "+491" },
      { externalId: "b", phone: "+491" },
      "phone",
      "line 2 has the same phone number already",
    ],
  ])("%j and %j", async (first, second, path, message) => {
    const { run } = createRun([toRow(first, 0), ...filler.slice(1), later(second)], []);
    await run.start();
    expect(run.results().at(-1)).toEqual({ line: 502, outcome: "failed", faults: [{ path, message }] });
  });

  test("are two people if each has an id of the company's own", async () => {
    const rows = [
      toRow({ externalId: "a", phone: "+491" }, 0),
      ...filler.slice(1),
      later({ externalId: "b", phone: "+491" }),
    ];
    const { run } = createRun(rows, []);
    await run.start();
    expect(run.state.get().counts.failed).toBe(0);
  });

  test("are the same if they mean one contact", async () => {
    const { run } = createRun([...filler, later({ name: "Anna" })], [], (body) => ({
      ...allCreated(body),
      items: body.rows.map((_, index) => ({
        index,
        result: "updated",
        contactId: `contact_${index}`,
        errors: [],
      })),
    }));
    await run.start();
    expect(run.results().at(-1)?.faults).toEqual([{ path: "", message: "means the same contact as line 2" }]);
  });

  test("of one request the API finds", async () => {
    const errors = [
      { path: "email", code: "duplicate_row", message: "row 0 has the same e-mail address already" },
    ];
    const { run } = createRun(people(2), [], (body) => ({
      ...allCreated(body),
      items: [
        { index: 0, result: "created", contactId: null, errors: [] },
        { index: 1, result: "failed", contactId: null, errors },
        { index: 7, result: "created", contactId: null, errors: [] },
      ],
    }));
    await run.start();
    expect(run.results()).toEqual([
      { line: 2, outcome: "created", faults: [] },
      {
        line: 3,
        outcome: "failed",
        faults: [{ path: "email", message: "line 2 has the same e-mail address already" }],
      },
    ]);
  });
});

describe("the file of failed rows", () => {
  const header = ["Mail", "Seats; all", "First", ""];
  const targets = [
    { kind: "email" },
    { kind: "attribute", name: "seats", type: "number" },
    { kind: "firstName" },
    { kind: "tags" },
  ] as const;

  test.each([
    ["email", 0],
    ["attributes.seats", 1],
    ["attributes.seats.deep", 1],
    ["attributes.seatsold", undefined],
    ["name", 2],
    ["tags[0]", 3],
    ["phone", undefined],
    ["", undefined],
  ])("knows the column of %j", (path, column) => {
    expect(columnOf(path, targets)).toBe(column);
  });

  test("says what is wrong in words of the file", () => {
    expect(faultWords({ path: "email", message: "is wrong" }, header, targets)).toBe("Mail: is wrong");
    expect(faultWords({ path: "tags", message: "are wrong" }, header, targets)).toBe("Tags: are wrong");
    expect(faultWords({ path: "", message: "is empty" }, header, targets)).toBe("is empty");
  });

  test("has what was in the file, with line and reason", () => {
    const rows = [
      { line: 2, cells: ["a@example.com", "1", "Anna", ""] },
      { line: 3, cells: ["nobody", "x;y", 'B"en', "a\r\nb"] },
    ];
    const faults = [
      { path: "email", message: "is wrong" },
      { path: "attributes.seats", message: "is no number" },
    ];
    const text = failedRowsFile({ encoding: "utf-8", delimiter: ";", rows, blankLines: 0 }, header, targets, [
      { line: 2, outcome: "created", faults: [] },
      { line: 3, outcome: "failed", faults },
    ]);
    expect(text).toBe(
      '\uFEFFImport line;Import error;Mail;"Seats; all";First;\r\n3;"Mail: is wrong; Seats; all: is no number";nobody;"x;y";"B""en";"a\r\nb"\r\n',
    );
  });
});
