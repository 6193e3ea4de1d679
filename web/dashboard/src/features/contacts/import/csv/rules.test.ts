import { describe, expect, test } from "vitest";
import { detectEncoding, mostBytes, mostRows, readCsv } from "./rules.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

function utf16(text: string, isLittle: boolean): Uint8Array {
  const bytes = Buffer.from(text, "utf16le");
  return isLittle ? bytes : bytes.swap16();
}

/** "Имя" in windows-1251. */
const cyrillic = Uint8Array.of(0xc8, 0xec, 0xff);
/** "André" in windows-1252. */
const western = Uint8Array.of(0x41, 0x6e, 0x64, 0x72, 0xe9);

describe("the encoding of a file", () => {
  test.each([
    ["UTF-8", utf8("Zoë"), "utf-8"],
    ["UTF-8 with a mark", utf8("\uFEFFZoë"), "utf-8"],
    ["UTF-16 with a mark", utf16("\uFEFFZoë", true), "utf-16le"],
    ["UTF-16, big end first, with a mark", utf16("\uFEFFZoë", false), "utf-16be"],
    ["UTF-16 without a mark", utf16("name", true), "utf-16le"],
    ["UTF-16, big end first", utf16("name", false), "utf-16be"],
    ["Western", western, "windows-1252"],
    ["Cyrillic", cyrillic, "windows-1251"],
  ] as const)("%s", (_, bytes, encoding) => {
    expect(detectEncoding(bytes)).toBe(encoding);
  });

  test("decides how the text is read, and can be told", () => {
    expect(readCsv(cyrillic).table?.rows[0]?.cells).toEqual(["Имя"]);
    expect(readCsv(western, { encoding: "windows-1251" }).table?.rows[0]?.cells).toEqual(["Andrй"]);
    expect(readCsv(utf8("\uFEFFname")).table?.rows[0]?.cells).toEqual(["name"]);
  });
});

describe("rows", () => {
  test.each([
    [",", "a,b\n1,2"],
    [";", "a;b\n1,5;2"],
    ["\t", "a\tb\n1\t2"],
    ["|", "a|b\n1|2"],
    [",", "a\n1"],
    [";", '\n;;\n"a,b,c";b\n1;2'],
  ] as const)("with %j between the cells", (delimiter, text) => {
    expect(readCsv(utf8(text)).table?.delimiter).toBe(delimiter);
  });

  test("know their line, whatever stands in quotes before them", () => {
    const text = 'name,note\r\nAnna,"one\r\ntwo"\r\n\r\nBen,"says ""hi"""\r\n';
    expect(readCsv(utf8(text)).table).toEqual({
      encoding: "utf-8",
      delimiter: ",",
      blankLines: 1,
      rows: [
        { line: 1, cells: ["name", "note"] },
        { line: 2, cells: ["Anna", "one\r\ntwo"] },
        { line: 5, cells: ["Ben", 'says "hi"'] },
      ],
    });
  });

  test("without a value are counted and left out", () => {
    const { table } = readCsv(utf8("a;b\n;\n1;2\n;\n"));
    expect(table?.blankLines).toBe(2);
    expect(table?.rows.map(({ line }) => line)).toEqual([1, 3]);
  });

  test("are divided by the delimiter that was chosen", () => {
    expect(readCsv(utf8("a,b;c"), { delimiter: ";" }).table?.rows[0]?.cells).toEqual(["a,b", "c"]);
  });
});

describe("a file that cannot be read", () => {
  test.each([
    ["empty", utf8(""), "The file is empty."],
    ["with blank lines only", utf8("\n;;\n"), "The file is empty."],
    ["a workbook", utf8("PK\u0003\u0004"), "This is a workbook"],
    ["an old workbook", Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0), "This is a workbook"],
    ["with an open quotation mark", utf8('a,b\n1,2\n"3,4\n5,6'), "the row at line 3"],
    ["too large", new Uint8Array(mostBytes + 1), "larger than 20 MB"],
    ["too long", utf8(`a\n${"1\n".repeat(mostRows + 1)}`), "at most 50,000"],
  ])("is %s", (_, bytes, fault) => {
    expect(readCsv(bytes).fault).toContain(fault);
  });
});
