import { overallRows, rankedAssumptions } from "./comparison-table.ts";
import { gridTable } from "./grid-table.ts";
import type { Result } from "./result.ts";
import { type TablePart, tablesInWords } from "./result-table.ts";
import { sizeInWords } from "./run-size.ts";
import { select } from "./select.ts";
import { backCheckLines } from "./text-back-check.ts";
import { inputLines } from "./text-input.ts";
import { aligned, hanging, wrap } from "./words/layout.ts";
import { formatRange } from "./words/quantity.ts";
import { visible } from "./words/visible.ts";

export interface TextOptions {
  /** ANSI colours; nothing else in the text moves a cursor, whatever the input holds. */
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Files that were written, named at the end. */
  readonly written?: readonly string[];
}

type Style = "bold" | "dim" | "green" | "red" | "yellow" | "cyan";
type Paint = (style: Style, text: string) => string;

/** The result for a terminal: answer, warnings, main table, findings, top assumptions, files. */
export function renderText(result: Result, options: TextOptions): string {
  const width = Math.min(Math.max(options.width, 40), 110);
  const paint: Paint = options.colour ? coloured : (_, text) => text;
  const sections = [
    answer(result, width, paint),
    warnings(result, width, paint),
    backCheckLines(result, width).map(({ text, verdict }) =>
      verdict === undefined ? text : paint(verdictStyle[verdict], text),
    ),
    ...ownTables(result, "summary", width, paint),
    table(result, paint),
    ...ownTables(result, "detail", width, paint),
    inputLines(result, width),
    expectations(result, width, paint),
    findings(result, width, paint),
    assumptions(result, width, paint),
    footer(result, options.written ?? [], width, paint),
  ];
  const filled = sections.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function answer(result: Result, width: number, paint: Paint): readonly string[] {
  const lines = [
    ...wrap(result.question, width).map((line) => paint("dim", line)),
    ...wrap(result.answer, width).map((line) => paint("bold", line)),
  ];
  const words = verdictWords[result.verdict];
  return words === undefined ? lines : [...lines, paint(verdictStyle[result.verdict], words)];
}

const verdictWords: Readonly<Record<Result["verdict"], string | undefined>> = {
  none: undefined,
  met: "✔ expectations met",
  missed: "✘ expectations missed",
  undecided: "? undecided: more replications are needed",
};
const verdictStyle: Readonly<Record<Result["verdict"], Style>> = {
  none: "dim",
  met: "green",
  missed: "red",
  undecided: "yellow",
};

function warnings(result: Result, width: number, paint: Paint): readonly string[] {
  return result.warnings.flatMap((warning) =>
    hanging("! ", warning, width).map((line) => paint("yellow", line)),
  );
}

function table(result: Result, paint: Paint): readonly string[] {
  const selection = select(result);
  const rows = overallRows(selection);
  if (rows.length === 0) {
    const grid = gridTable(selection);
    if (grid.rows.length > shownRows && result.tables?.some(({ summary }) => summary)) {
      return [
        paint("dim", `${grid.rows.length} configurations with their intervals: in the report`),
      ];
    }
    const [head, ...lines] = aligned([grid.head, ...grid.rows].map((row) => row.map(visibleCell)));
    return head === undefined || lines.length === 0 ? [] : [paint("dim", head), ...lines];
  }
  const { from, to } = selection.pair ?? { from: "", to: "" };
  const hasRange = rows.some((row) => row.assumptionRange !== "");
  const head = ["", selection.label(from), selection.label(to), "change", "95% interval"];
  const [first, ...lines] = aligned([
    hasRange ? [...head, "assumptions ½…2×"].map(visibleCell) : head.map(visibleCell),
    ...rows.map((row) => {
      const cells = [row.label, row.before, row.after];
      const change = [row.change.value, row.change.interval];
      return [...cells, ...change, ...(hasRange ? [row.assumptionRange] : [])].map(visibleCell);
    }),
  ]);
  const painted = lines.map((line, index) => {
    const direction = rows[index]?.direction;
    if (direction === "better") return paint("green", line);
    return direction === "worse" ? paint("red", line) : line;
  });
  return [paint("dim", first ?? ""), ...painted];
}

/** The tables of a scenario's own; those of a comparison are long, and for the report. */
function ownTables(
  result: Result,
  part: TablePart,
  width: number,
  paint: Paint,
): readonly (readonly string[])[] {
  if (result.kind === "what-if") return [];
  return tablesInWords(result, part).map(({ title, note, head, rows }) => {
    const labels = head.map(({ label }) => label);
    const shown = rows.slice(0, shownRows);
    const more = rows.length - shown.length;
    if (rows.some((row) => row.some((cell) => cell.length > widestCell))) {
      return [paint("bold", visible(title)), paint("dim", `  ${rows.length} rows in the report`)];
    }
    const [first = "", ...lines] = aligned([labels, ...shown].map((row) => row.map(visibleCell)));
    const left = more > 0 ? [paint("dim", `  … and ${more} more rows in the report`)] : [];
    const below = note === "" ? [] : wrap(note, width).map((line) => paint("dim", line));
    return [paint("bold", visible(title)), paint("dim", first), ...lines, ...left, ...below];
  });
}

const shownRows = 24;
/** Whole sentences in cells make lines that no terminal shows. */
const widestCell = 120;

function visibleCell(text: string): string {
  return visible(text);
}

function expectations(result: Result, width: number, paint: Paint): readonly string[] {
  const marks = { met: "✔ ", missed: "✘ ", undecided: "? " } as const;
  return result.expectations.flatMap(({ text, verdict, reason }) =>
    hanging(marks[verdict], `${text} — ${reason}`, width).map((line) =>
      paint(verdictStyle[verdict], line),
    ),
  );
}

function findings(result: Result, width: number, paint: Paint): readonly string[] {
  if (result.findings.length === 0) return [];
  const shown = result.findings.slice(0, shownFindings);
  const more = result.findings.length - shown.length;
  const lines = shown.flatMap(({ subject, message, rule, patch, severity }) => [
    ...hanging("• ", `${subject}: ${message}`, width).map((line, index) =>
      index === 0 && severity === "warning" ? paint("yellow", line) : line,
    ),
    ...(rule === undefined ? [] : hanging("  rule: ", rule, width)),
    ...(patch === undefined ? [] : patchLines(patch, width, paint)),
  ]);
  const rest = more > 0 ? [paint("dim", `  … and ${more} more in the report`)] : [];
  return [paint("bold", "Why"), ...lines, ...rest];
}

const shownFindings = 8;

function patchLines(
  patch: NonNullable<Result["findings"][number]["patch"]>,
  width: number,
  paint: Paint,
): readonly string[] {
  const yaml = visible(patch.yaml, { keepLines: true }).replace(/\n+$/, "").split("\n");
  return [
    ...hanging("  mend: ", patch.description, width),
    ...yaml.map((line) => `    ${paint("cyan", line)}`),
    ...(patch.headroom ?? []).map(({ zone, left }) => visible(`    ${zone}: ${left}`)),
  ];
}

function assumptions(result: Result, width: number, paint: Paint): readonly string[] {
  const top = rankedAssumptions(result.assumptions).slice(0, 3);
  if (top.length === 0) return [];
  const { measure } = select(result);
  const lines = top.flatMap(({ name, value, source, effect }) => {
    const unit = effect && measure(effect.measure)?.unit;
    const moves =
      effect && unit
        ? `; the change becomes ${formatRange(effect.halved, effect.doubled, unit, { change: true })} when it is halved … doubled`
        : "";
    return hanging("• ", `${name} = ${value} [${source}]${moves}`, width);
  });
  const others = result.assumptions.length - top.length;
  const rest = others > 0 ? [paint("dim", `  … and ${others} more in the report`)] : [];
  return [paint("bold", "Assumptions that move the answer most"), ...lines, ...rest];
}

function footer(
  result: Result,
  written: readonly string[],
  width: number,
  paint: Paint,
): readonly string[] {
  const { warmUpSeconds: _, seed, kubernetesVersion, quick, ...counted } = result.reproduce;
  const size = `seed ${seed}, ${sizeInWords(counted)}, Kubernetes ${kubernetesVersion}`;
  const wide = counted.replications > 1 ? ": intervals are wide" : "";
  const run = quick ? `${size}, quick size${wide}` : size;
  return [
    ...wrap(run, width).map((line) => paint("dim", line)),
    ...written.map((file) => `Report: ${visible(file)}`),
  ];
}

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

function coloured(style: Style, text: string): string {
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
