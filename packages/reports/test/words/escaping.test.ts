import { fc, test } from "@fast-check/vitest";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../src/words/json-writer.ts";
import { markup } from "../../src/words/markup.ts";
import { markdownFence, markdownTable, markdownText } from "../../src/words/plain-text.ts";
import { visible } from "../../src/words/visible.ts";
import { hostileNames } from "../fixtures/hostile-result.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."<>&\"'`|\\[]()*_\n\r\t\u0000\u001b\u202e a=/;") }),
  fc.constantFrom(...hostileNames),
);

describe("markup", () => {
  test.prop([anyText])(
    "puts any text into an element and an attribute as just that text",
    (text) => {
      const html = `<!doctype html><body>${markup`<p title="${text}">${text}</p>`}</body>`;
      const { document } = parseHTML(html);
      const paragraph = document.querySelector("p");
      const shown = visible(text, { keepLines: true });
      expect(document.querySelectorAll("body *")).toHaveLength(1);
      expect(paragraph?.getAttributeNames()).toEqual(["title"]);
      expect(paragraph?.getAttribute("title")).toBe(shown);
      expect(paragraph?.textContent).toBe(shown);
    },
  );

  test.prop([anyText])("writes only characters that XML 1.0 allows", (text) => {
    expect(markup`${text}`.text).not.toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 forbids
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/u,
    );
  });
});

describe("Markdown", () => {
  test.prop([anyText])("keeps a table row in one line with its number of cells", (text) => {
    const row = markdownTable(["a", "b"], [[markdownText(text), "end"]]).split("\n");
    expect(row).toHaveLength(3);
    expect(row[2]?.match(/(?<!\\)(?:\\\\)*\|/g)).toHaveLength(3);
  });

  test.prop([anyText])("leaves no unescaped tag, code span, emphasis or link", (text) => {
    expect(markdownText(text).replace(/\\./gu, "")).not.toMatch(/[<>`*_[\]|~\\]/);
  });

  it("fences code with more backticks than the code has", () => {
    expect(markdownFence("yaml", "a: ````\n")).toBe("`````yaml\na: ````\n`````");
  });

  it("does not start a heading, list or rule with a name", () => {
    expect(["# a", "- b", "1. c", "---"].map(markdownText)).toEqual([
      "\\# a",
      "\\- b",
      "1\\. c",
      "\\---",
    ]);
  });
});

describe("writeJson", () => {
  test.prop([fc.jsonValue()])("writes what JSON.parse reads back", (value) => {
    expect(JSON.parse(writeJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
  });

  it("sorts keys, writes null for what is not finite, and ends with a line feed", () => {
    expect(writeJson({ b: Number.NaN, a: [1, Number.POSITIVE_INFINITY], c: undefined })).toBe(
      '{"a": [1, null], "b": null}\n',
    );
  });

  it("breaks what does not fit on a line", () => {
    expect(writeJson({ list: ["x".repeat(60), "y".repeat(60)] })).toBe(
      `{\n  "list": [\n    "${"x".repeat(60)}",\n    "${"y".repeat(60)}"\n  ]\n}\n`,
    );
  });

  it("keeps __proto__ a plain key", () => {
    expect(writeJson(JSON.parse('{"__proto__": 1}'))).toBe('{"__proto__": 1}\n');
  });
});
