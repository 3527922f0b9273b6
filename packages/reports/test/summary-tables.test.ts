import {
  parseResult,
  type Result,
  renderHtml,
  renderJson,
  renderMarkdown,
  renderText,
} from "@k8s-netsim/reports";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { gridResult } from "./fixtures/sample-result.ts";

const SUMMARY = "The setting to choose";
const DETAIL = "Failures by cause";

/** A grid of as many configurations, with one table of all of them and one of their details. */
function withTables(configurations: number): Result {
  const [first] = gridResult.configurations;
  const [measure] = gridResult.measures;
  if (first === undefined || measure === undefined) throw new Error("the fixture is no grid");
  const ids = Array.from({ length: configurations }, (_, index) => `shape=${index}`);
  const columns = [{ label: "shape" }, { label: "choose" }];
  return {
    ...gridResult,
    configurations: ids.map((id) => ({ ...first, id, label: id })),
    estimates: ids.map((configuration) => ({
      ...{ measure: measure.id, configuration, scope: "all" },
      estimate: { value: 1, low: 1, high: 1, n: 3 },
    })),
    differences: [],
    tables: [
      { title: DETAIL, columns, rows: [["even", "none"]] },
      { title: SUMMARY, summary: true, columns, rows: [["even", "PreferSameZone"]] },
    ],
  };
}

function positions(text: string): readonly number[] {
  return [SUMMARY, "shape=1", DETAIL].map((words) => text.indexOf(words));
}

describe("a table of all configurations together", () => {
  const few = withTables(3);

  test("stands before their numbers, and other tables after them, in every format", () => {
    const { document } = parseHTML(renderHtml(few));
    const texts = [
      renderText(few, { colour: false, width: 100 }),
      renderMarkdown(few),
      document.querySelector("main")?.textContent ?? "",
    ];
    for (const text of texts) {
      const [summary = -1, numbers = -1, detail = -1] = positions(text);
      expect(summary).toBeGreaterThanOrEqual(0);
      expect(numbers).toBeGreaterThan(summary);
      expect(detail).toBeGreaterThan(numbers);
    }
  });

  test("stands on a terminal in place of very many rows", () => {
    const text = renderText(withTables(25), { colour: false, width: 100 });
    expect(text).toContain(SUMMARY);
    expect(text).not.toContain("shape=1");
    expect(text).toContain("25 configurations with their intervals: in the report");
  });

  test("is read back as it was written", () => {
    expect(parseResult(renderJson(few))).toEqual(few);
  });
});
