import { describe, expect, test } from "vitest";
import { joinedCharts } from "../src/results/study-charts.ts";

type Chart = Parameters<typeof joinedCharts>[0][number];

function chart(configuration: string, ...names: readonly string[]): Chart {
  return {
    title: "Time",
    configuration,
    description: "How it grows.",
    x: { label: "Size" },
    y: { label: "Time", unit: "ns" },
    series: names.map((name) => ({
      name,
      points: [{ x: 1, y: name.length }],
      ...(name.startsWith("published") ? { dashed: true } : {}),
    })),
  };
}

describe("charts of several configurations", () => {
  test("become one where they name their lines apart; a line that all have is drawn once, after the others", () => {
    const [one, ...rest] = joinedCharts([
      chart("proxy=a", "a", "published"),
      chart("proxy=b", "b", "published"),
    ]);
    expect(rest).toEqual([]);
    expect(one?.configuration).toBeUndefined();
    expect(one?.series.map(({ name }) => name)).toEqual(["a", "b", "published"]);
  });

  test("stay apart where one name stands for different lines, or where lines are too many to tell", () => {
    const other = chart("proxy=b", "a");
    const moved = { ...other, series: [{ name: "a", points: [{ x: 1, y: 9 }] }] };
    const apart = [chart("proxy=a", "a"), moved];
    expect(joinedCharts(apart)).toEqual(apart);
    const many = Array.from({ length: 9 }, (_, i) => chart(`n=${i}`, `line ${i}`));
    expect(joinedCharts(many)).toEqual(many);
  });

  test("stay as they are where there is one of a title, or where one has marks of its own", () => {
    const alone = [chart("proxy=a", "a")];
    expect(joinedCharts(alone)).toEqual(alone);
    const marked = [
      chart("proxy=a", "a"),
      { ...chart("proxy=b", "b"), marks: [{ x: 1, label: "here" }] },
    ];
    expect(joinedCharts(marked)).toEqual(marked);
  });
});
