import { BACK_CHECK_NUMBERS, backCheckInWords } from "./back-check-table.ts";
import { overallRows, rankedAssumptions, scopeRows } from "./comparison-table.ts";
import { gridTable } from "./grid-table.ts";
import type { Finding, Result } from "./result.ts";
import { type TablePart, tablesInWords } from "./result-table.ts";
import { sizeInWords } from "./run-size.ts";
import { type Selection, select } from "./select.ts";
import { markdownFence, markdownTable, markdownText } from "./words/plain-text.ts";
import { formatQuantity } from "./words/quantity.ts";

/** The result as Markdown for a CI summary or a pull request: GitHub's dialect, tables, no HTML. */
export function renderMarkdown(result: Result): string {
  const selection = select(result);
  const sections = [
    opening(result),
    backCheck(result),
    tables(result, "summary"),
    estimates(selection),
    tables(result, "detail"),
    expectations(result),
    findings(result),
    assumptions(selection),
    leftOut(result),
    reproduce(result),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

const verdicts: Readonly<Record<Result["verdict"], string>> = {
  none: "",
  met: "✅ **Met.** ",
  missed: "❌ **Missed.** ",
  undecided: "❔ **Undecided.** ",
};

function opening(result: Result): string {
  const lines = [
    `## ${markdownText(result.title)}`,
    `_${markdownText(result.question)}_`,
    `${verdicts[result.verdict]}**${markdownText(result.answer)}**`,
  ];
  const warnings = result.warnings.map((warning) => `> ⚠️ ${markdownText(warning)}`);
  return [...lines, ...(warnings.length > 0 ? [warnings.join("\n>\n")] : [])].join("\n\n");
}

function backCheck({ backCheck: check }: Result): string {
  if (check === undefined) return "";
  const { head, rows } = backCheckInWords(check);
  const marks = { met: "✅", missed: "❌", undecided: "❔" } as const;
  const shown = rows.slice(0, shownRows).map(({ cells, verdict }) => {
    const words = cells.map(markdownText);
    return [...words.slice(0, -1), `${marks[verdict]} ${words.at(-1)}`];
  });
  const more = rows.length - shown.length;
  return [
    "### Back-check",
    markdownText(check.sentence),
    markdownTable(head.map(markdownText), shown, BACK_CHECK_NUMBERS),
    ...(more > 0 ? [`… and ${more} more rows in the report.`] : []),
  ].join("\n\n");
}

function estimates(selection: Selection): string {
  const rows = overallRows(selection);
  const { pair } = selection;
  if (pair === undefined || rows.length === 0) {
    const grid = gridTable(selection);
    if (grid.rows.length === 0) return "";
    const cells = grid.rows.map((row) => row.map(markdownText));
    return markdownTable(grid.head.map(markdownText), cells, rightAfter(1, grid.head.length));
  }
  const head = [selection.label(pair.from), selection.label(pair.to)].map(markdownText);
  const columns = ["", ...head, "change", "95% interval", "relative", "assumptions ½ … 2×"];
  const overall = markdownTable(
    columns,
    rows.map((row) =>
      [
        row.label,
        row.before,
        row.after,
        row.change.value,
        row.change.interval,
        row.relative,
        row.assumptionRange || "–",
      ].map(markdownText),
    ),
    rightAfter(1, columns.length),
  );
  return [overall, perService(selection)].filter((part) => part !== "").join("\n\n");
}

function perService(selection: Selection): string {
  const { headline, pair } = selection;
  if (headline === undefined || pair === undefined) return "";
  const rows = scopeRows(selection, headline);
  if (rows.length === 0) return "";
  const columns = [
    markdownText(headline.label),
    markdownText(selection.label(pair.from)),
    markdownText(selection.label(pair.to)),
    "change",
    "95% interval",
  ];
  return markdownTable(
    columns,
    rows.map((row) =>
      [row.scope, row.before, row.after, row.change.value, row.change.interval].map(markdownText),
    ),
    rightAfter(1, columns.length),
  );
}

function rightAfter(first: number, count: number): ReadonlySet<number> {
  return new Set(Array.from({ length: count - first }, (_, index) => first + index));
}

function tables(result: Result, part: TablePart): string {
  return tablesInWords(result, part)
    .map(({ title, note, head, rows }) => {
      const numeric = new Set(head.flatMap((column, index) => (column.numeric ? [index] : [])));
      const body = markdownTable(
        head.map(({ label }) => markdownText(label)),
        rows.slice(0, shownRows).map((row) => row.map(markdownText)),
        numeric,
      );
      const more = rows.length - shownRows;
      return [
        `### ${markdownText(title)}`,
        body,
        ...(more > 0 ? [`… and ${more} more rows in the report.`] : []),
        ...(note === "" ? [] : [markdownText(note)]),
      ].join("\n\n");
    })
    .join("\n\n");
}

// A CI summary is for reading; all rows are in the HTML report and in the JSON.
const shownRows = 24;

function expectations(result: Result): string {
  if (result.expectations.length === 0) return "";
  const marks = { met: "✅ met", missed: "❌ missed", undecided: "❔ undecided" } as const;
  const rows = result.expectations.map(({ text, verdict, reason }) => [
    marks[verdict],
    markdownText(text),
    markdownText(reason),
  ]);
  return `### Expectations\n\n${markdownTable(["", "expected", "judged"], rows)}`;
}

function findings(result: Result): string {
  if (result.findings.length === 0) return "";
  return ["### Why", ...result.findings.map(finding)].join("\n\n");
}

function finding({ severity, subject, message, rule, patch }: Finding): string {
  const mark = severity === "warning" ? "⚠️ " : "";
  const parts = [`${mark}**${markdownText(subject)}** — ${markdownText(message)}`];
  if (rule !== undefined) parts.push(`_Rule:_ ${markdownText(rule)}`);
  if (patch !== undefined) {
    parts.push(`_Mend:_ ${markdownText(patch.description)}`, markdownFence("yaml", patch.yaml));
    const left = (patch.headroom ?? []).map(({ zone, left: room }) => `${zone}: ${room}`);
    if (left.length > 0) parts.push(`_Leaves_ ${left.map(markdownText).join("; ")}`);
  }
  return parts.join("\n\n");
}

function assumptions(selection: Selection): string {
  const { result } = selection;
  if (result.assumptions.length === 0) return "";
  const rows = rankedAssumptions(result.assumptions).map(({ name, value, source, effect }) => {
    const unit = effect && selection.measure(effect.measure)?.unit;
    const moved = (to: number | undefined): string =>
      to === undefined || unit === undefined ? "–" : formatQuantity(to, unit, { change: true });
    return [name, value, source, moved(effect?.halved), moved(effect?.doubled)].map(markdownText);
  });
  const head = ["assumption", "value", "source", "change if halved", "change if doubled"];
  return `### Assumptions, by how far they move the answer\n\n${markdownTable(head, rows, new Set([3, 4]))}`;
}

function leftOut(result: Result): string {
  const { simulated, inferenceOnly, ignored, unschedulable } = result.input;
  const list = (name: string, kinds: typeof simulated): string[] => {
    const words = kinds.map(
      ({ kind, count, note }) => `${kind} ×${count}${note ? ` (${note})` : ""}`,
    );
    return words.length > 0 ? [`- ${name}: ${words.map(markdownText).join(", ")}`] : [];
  };
  const lines = [
    ...list("Simulated", simulated),
    ...list("Read for inference only", inferenceOnly),
    ...list("Ignored", ignored),
    ...unschedulable.map(
      ({ pod, reason }) => `- Not schedulable: ${markdownText(pod)} — ${markdownText(reason)}`,
    ),
    ...(result.billExcludes ?? []).map((line) => `- Not in the bill: ${markdownText(line)}`),
  ];
  return lines.length > 0 ? `### What was read, and what was left out\n\n${lines.join("\n")}` : "";
}

function reproduce({ reproduce: run }: Result): string {
  const facts = `Seed ${run.seed}, ${sizeInWords(run)}, Kubernetes ${run.kubernetesVersion}, k8s-netsim ${run.version}.`;
  return `### Reproduce\n\n${markdownText(facts)}\n\n${markdownFence("sh", run.command)}`;
}
