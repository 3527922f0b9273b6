import { writeCsv } from "../../tables/index.ts";
import type { ImportedMeasure } from "./imported-traffic.ts";

/** Numbers to compare a simulation with, as the CSV that `--observed` takes. */
export function renderMeasureTable(
  measures: readonly ImportedMeasure[],
  comments: readonly string[] = [],
): string {
  const lines = comments.map((comment) => `# ${comment.replace(/[\r\n]+/g, " ")}\n`);
  const rows = measures.map(({ measure, scope, value, unit }) => [
    measure,
    scope,
    Number(value.toPrecision(6)),
    unit,
  ]);
  return `${lines.join("")}${writeCsv(["measure", "scope", "value", "unit"], rows)}`;
}
