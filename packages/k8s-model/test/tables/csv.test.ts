import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDiagnostic } from "../../src/manifests/index.ts";
import { instantSeconds, readCsv, writeCsv } from "../../src/tables/index.ts";

function texts(text: string): string[][] {
  const { rows, diagnostics } = readCsv("t.csv", text);
  expect(diagnostics).toEqual([]);
  return rows.map((row) => row.map((cell) => cell.text));
}

test("what is written is read again, whatever it holds", () => {
  const cell = fc.string({
    unit: fc.constantFrom("a", '"', ",", ";", "\t", "\n", "\r", " ", "#", "é"),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell)), (rows) => {
      const header = ["one", "two,too", "three"];
      const read = texts(writeCsv(header, rows));
      // An empty field needs no quotes, and a row of one empty field would be an empty line: three do not.
      expect(read).toEqual([header, ...rows]);
    }),
  );
});

test.each([
  ["line feeds", "a,b\n1,2\n"],
  ["carriage returns with line feeds", "a,b\r\n1,2\r\n"],
  ["carriage returns", "a,b\r1,2\r"],
  ["no line break at the end", "a,b\n1,2"],
  ["a byte order mark", "\ufeffa,b\n1,2\n"],
  ["semicolons", "a;b\n1;2\n"],
  ["tabs", "a\tb\n1\t2\n"],
  ["empty lines and comments", "# made by hand\n\na,b\n\n# more\n1,2\n\n"],
  ["spaces around fields", "a , b\n 1,2 \n"],
  ["quotes that are not needed", '"a","b"\n"1","2"\n'],
])("%s do not matter", (_, text) => {
  expect(texts(text)).toEqual([
    ["a", "b"],
    ["1", "2"],
  ]);
});

test("a field knows the line and column at which it begins, behind quoted line breaks, too", () => {
  const { rows } = readCsv("t.csv", 'a,b\r\n"x\r\ny""z",  2\r\n"3",4\r\n');
  expect(rows[1]).toEqual([
    { text: 'x\r\ny"z', line: 2, column: 1 },
    { text: "2", line: 3, column: 7 },
  ]);
  expect(rows[2]?.[1]).toEqual({ text: "4", line: 4, column: 5 });
});

test.each([
  ['a,b\n1,"2', "t.csv:2:3  The field that begins here with a quotation mark has no closing one."],
  ['a,b\n1,"2"x\n', "t.csv:2:6  Text follows the closing quotation mark of a field."],
  [
    'a,b\n1,2"\n',
    "t.csv:2:4  A quotation mark stands inside a field that does not begin with one.",
  ],
])("broken quotes are told with their place: %j", (text, told) => {
  expect(readCsv("t.csv", text).diagnostics.map(formatDiagnostic).join("\n")).toContain(told);
});

test("reading ends where the reader has enough", () => {
  expect(readCsv("t.csv", "a,b\n1,2\n3,4\n5,6\n", 2).rows).toHaveLength(2);
});

test("times are read as RFC 3339 or as seconds, and days that do not exist are none", () => {
  expect(instantSeconds("1970-01-01T00:00:00Z")).toBe(0);
  expect(instantSeconds("2026-10-01T12:00:00+02:00")).toBe(Date.UTC(2026, 9, 1, 10) / 1000);
  expect(instantSeconds("1759312800.5")).toBe(1_759_312_800.5);
  expect(instantSeconds("2026-02-29T00:00:00Z")).toBeUndefined();
  expect(instantSeconds("yesterday")).toBeUndefined();
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }), (date) => {
      expect(instantSeconds(date.toISOString())).toBeCloseTo(date.getTime() / 1000, 2);
    }),
  );
});
