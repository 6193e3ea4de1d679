import { describe, expect, test } from "vitest";
import { toMappedRow } from "./rows.ts";
import {
  attributeName,
  bareNumber,
  checkTargets,
  fieldWord,
  findValueInHeader,
  guessTargets,
  readCell,
  type Target,
} from "./rules.ts";

describe("what a column is", () => {
  test("is guessed by its header, each field once", () => {
    const header = [
      "Full Name",
      "E-Mail",
      "Mobile",
      "Time zone",
      "Locale",
      "Customer ID",
      "Labels",
      "Mail",
      "Import error",
    ];
    const cells = [
      "Anna",
      "a@example.com",
      "+49 30 1",
      "Europe/Berlin",
      "de",
      "1",
      "a,b",
      "b@example.com",
      "bad",
    ];
    expect(guessTargets(header, [cells])).toEqual([
      { kind: "name" },
      { kind: "email" },
      { kind: "phone", isBare: true },
      { kind: "timezone" },
      { kind: "language" },
      { kind: "externalId" },
      { kind: "tags" },
      { kind: "attribute", name: "mail", type: "text" },
      { kind: "ignore" },
    ]);
  });

  test("a phone number that is bare stays as it is", () => {
    expect(guessTargets(["phone"], [["+4930"]])).toEqual([{ kind: "phone", isBare: false }]);
  });

  test("is guessed by its values where it has no name", () => {
    const cells = ["Ada", "ada@example.com", "+49 30 12345", "pro"];
    expect(guessTargets(["", "", "", ""], [cells])).toMatchObject([
      { kind: "attribute", name: "column_1" },
      { kind: "email" },
      { kind: "phone", isBare: true },
      { kind: "attribute", name: "column_4" },
    ]);
    expect(guessTargets([""], [["ada@example.com"], ["none"]])).toMatchObject([{ kind: "attribute" }]);
  });

  test.each([
    [["Ada", " ada@example.com"], "ada@example.com"],
    [["Ada", "+49 30 12345"], "+49 30 12345"],
    [["Ada", "31.12.2027"], "31.12.2027"],
    [["Ada", "2027-12-31"], "2027-12-31"],
    [["Ada", "42"], "42"],
    [["name", "e-mail", "address 2", "@handle", "2027 plan", ""], undefined],
  ])("a first row %j holds a value: %s", (header, value) => {
    expect(findValueInHeader(header)).toBe(value);
  });

  test("is called as people call it", () => {
    expect(["externalId", "tags", "attributes.plan", ""].map(fieldWord)).toEqual([
      ...["External id", "Tags", "attributes.plan", ""],
    ]);
  });

  test("parts of names are known, and empty columns left out", () => {
    expect(guessTargets(["First name", "Surname", "Plan"], [["Anna", "Keller", " "]])).toEqual([
      { kind: "firstName" },
      { kind: "lastName" },
      { kind: "ignore" },
    ]);
  });

  test.each([
    [["12", "1.5", ""], "number"],
    [["yes", "No"], "flag"],
    [["1", "0"], "number"],
    [["2027-03-01", "2027-03-01T09:00"], "date"],
    [["31.12.2027", "01.02.2027"], "dayFirst"],
    [["12/31/2027", "01/02/2027"], "monthFirst"],
    [["10115", "01067"], "text"],
    [["pro", "12"], "text"],
  ])("values %j are of type %s", (values, type) => {
    expect(
      guessTargets(
        ["x"],
        values.map((value) => [value]),
      ),
    ).toEqual([{ kind: "attribute", name: "x", type }]);
  });

  test("attributes have names of their own", () => {
    const targets = guessTargets(["Plan (new)", "plan new", "", "%"], [["a", "b", "c", "d"]]);
    expect(targets.map((target) => (target.kind === "attribute" ? target.name : ""))).toEqual([
      "plan_new",
      "plan_new_2",
      "column_3",
      "column_4",
    ]);
    expect(attributeName("Größe", 0)).toBe("größe");
  });
});

describe("dates", () => {
  test.each([
    ["dayFirst", "1.2.2027", "2027-02-01"],
    ["dayFirst", "31/12/2027", "2027-12-31"],
    ["monthFirst", "12/31/2027", "2027-12-31"],
  ] as const)("%s %s is %s", (type, cell, value) => {
    expect(readCell(type, cell)).toEqual({ value });
  });

  test.each([
    ["dayFirst", "12/31/2027", "31.12.2027"],
    ["monthFirst", "31/12/2027", "12/31/2027"],
    ["dayFirst", "soon", "31.12.2027"],
  ] as const)("%s %s is refused", (type, cell, example) => {
    expect(readCell(type, cell).fault).toContain(example);
  });
});

test("a phone number loses what people put between its digits", () => {
  expect(bareNumber("+49 (30) 123-45.6/7")).toBe("+49301234567");
});

describe("columns that cannot be taken", () => {
  test.each<[readonly Target[], number, string]>([
    [[{ kind: "email" }, { kind: "email" }], 1, "Column 1 is this already"],
    [[{ kind: "name" }, { kind: "lastName" }], 1, "whole name"],
    [[{ kind: "firstName" }, { kind: "name" }], 0, "whole name"],
    [[{ kind: "attribute", name: " ", type: "text" }], 0, "a name"],
    [
      [
        { kind: "attribute", name: "plan", type: "text" },
        { kind: "attribute", name: " plan", type: "text" },
      ],
      1,
      "Column 1 is this already",
    ],
  ])("%j", (targets, column, fault) => {
    expect(checkTargets(targets).atColumns.get(column)).toContain(fault);
  });

  test("are all left out", () => {
    expect(checkTargets([{ kind: "ignore" }, { kind: "ignore" }]).general).toContain("left out");
    expect(checkTargets([{ kind: "ignore" }, { kind: "tags" }])).toEqual({ atColumns: new Map() });
  });
});

describe("a row", () => {
  const targets: readonly Target[] = [
    { kind: "firstName" },
    { kind: "lastName" },
    { kind: "phone", isBare: true },
    { kind: "tags" },
    { kind: "attribute", name: "seats", type: "number" },
    { kind: "ignore" },
    { kind: "email" },
  ];

  test("is a contact; empty cells name nothing", () => {
    const cells = [" Anna ", "Keller", "+49 30", "a; b,|", "12", "x", ""];
    expect(toMappedRow({ line: 7, cells }, targets)).toEqual({
      line: 7,
      row: { name: "Anna Keller", phone: "+4930", tags: ["a", "b"], attributes: { seats: 12 } },
      faults: [],
    });
    expect(toMappedRow({ line: 8, cells: ["", "Keller"] }, targets).row).toEqual({ name: "Keller" });
  });

  test("keeps a phone number that is not to be changed", () => {
    const { row } = toMappedRow({ line: 2, cells: ["+49 30"] }, [{ kind: "phone", isBare: false }]);
    expect(row).toEqual({ phone: "+49 30" });
  });

  test("has a fault where a value is not of its type", () => {
    const { faults } = toMappedRow({ line: 2, cells: ["", "", "", "", "many"] }, targets);
    expect(faults).toEqual([{ path: "attributes.seats", message: "must be a number such as 12 or 12.5" }]);
  });

  test("has a fault with more cells than columns, and with nothing in those that are taken", () => {
    const cells = ["Anna", "", "", "", "", "", "", "", "x"];
    expect(toMappedRow({ line: 2, cells }, targets).faults[0]?.message).toContain("9 cells, the first row 7");
    const { faults } = toMappedRow({ line: 3, cells: ["", "", "", "", "", "x"] }, targets);
    expect(faults).toEqual([{ path: "", message: "is empty in every column that is taken" }]);
  });
});
