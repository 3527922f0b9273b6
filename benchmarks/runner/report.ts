import type { BenchmarkResult } from "./result.ts";

const OURS = "k8s-netsim";

/** Results as a table; the last column is how many times faster, or smaller, ours is. */
export function table(results: readonly BenchmarkResult[]): string {
  const rows = results.map((result) => [
    result.bench,
    String(result.n),
    result.engine,
    `${short(result.value)} ${result.unit}`,
    `${short(result.min)} … ${short(result.max)}`,
    advantage(result, results),
  ]);
  const all = [
    ["benchmark", "n", "engine", "median", "least … most", "ours is better by"],
    ...rows,
  ];
  const widths = (all[0] as string[]).map((_, column) =>
    Math.max(...all.map((row) => (row[column] as string).length)),
  );
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

function advantage(result: BenchmarkResult, results: readonly BenchmarkResult[]): string {
  const ours = results.find(
    ({ bench, n, engine }) => engine === OURS && bench === result.bench && n === result.n,
  );
  if (ours === undefined || result === ours) return "";
  const more = ours.value / result.value;
  return `× ${(result.unit.endsWith("/s") ? more : 1 / more).toPrecision(3)}`;
}

/** Three digits that matter, and no exponent. */
function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (rounded >= 1e6) return `${rounded / 1e6} M`;
  if (rounded >= 1e4) return `${rounded / 1e3} k`;
  return String(rounded);
}
