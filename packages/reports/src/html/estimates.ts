import { type ComparisonRow, labelOf, overallRows, scopeRows } from "../comparison-table.ts";
import { gridCells, gridMeasures } from "../grid-table.ts";
import type { Difference, Estimate, Measure } from "../result.ts";
import type { Direction, Selection } from "../select.ts";
import { joined, type Markup, markup, nothing } from "../words/markup.ts";
import { formatEstimate, formatRelative } from "../words/quantity.ts";
import { type Cell, legend, name, percent, section, table, tableCard, wideTable } from "./parts.ts";

/** The tables with intervals: over everything and per Service, or by configuration for a grid. */
export function estimates(selection: Selection): Markup {
  const { result, pair } = selection;
  const rows = overallRows(selection);
  const { replications: runs } = result.reproduce;
  const replications = runs === 1 ? "1 replication" : `${runs} replications`;
  if (pair === undefined || rows.length === 0) return grid(selection, replications);
  const lead = `Both sides ran ${replications} with the same random draws.${meaning(rows)}`;
  const body = [
    markup`<div class="card">${overall(selection, rows, pair)}</div>`,
    perService(selection, pair),
  ];
  return section("estimates", "The numbers", lead, joined(body, "\n"));
}

type Pair = NonNullable<Selection["pair"]>;

const columns = (selection: Selection, { from, to }: Pair) =>
  [
    { label: selection.label(from), numeric: true },
    { label: selection.label(to), numeric: true },
    { label: "Change", numeric: true },
    { label: "95% interval", numeric: true },
    { label: "Relative", numeric: true },
  ] as const;

/** What the ranges say that stand in the table. */
function meaning(rows: readonly ComparisonRow[]): string {
  const interval = " The 95% interval says how far chance moves the change";
  const range =
    "the range of assumptions, kept apart, says how far it moves when each assumption is halved and doubled.";
  if (rows.some(({ assumptionRange }) => assumptionRange !== "")) return `${interval}; ${range}`;
  return rows.some(({ change }) => change.interval !== "") ? `${interval}.` : "";
}

function overall(selection: Selection, rows: readonly ComparisonRow[], pair: Pair): Markup {
  const head = [
    { label: "Measure" },
    ...columns(selection, pair),
    { label: "Assumptions ½ … 2×", numeric: true },
  ];
  const cells = rows.map((row): readonly Cell[] => [
    { text: markup`${row.label}${described(row.measure)}` },
    ...changeCells(row),
    { text: row.assumptionRange, numeric: true },
  ]);
  return table("Over all Services", ...filled(head, cells));
}

/** Without the columns in which no row says anything. */
function filled<Head>(
  head: readonly Head[],
  cells: readonly (readonly Cell[])[],
): [head: readonly Head[], cells: readonly (readonly Cell[])[]] {
  const says = (cell: Cell | undefined): boolean => cell?.text !== "" && cell?.text !== "–";
  const kept = head.map((_, column) => cells.some((row) => says(row[column])));
  const only = <T>(row: readonly T[]): readonly T[] => row.filter((_, column) => kept[column]);
  return [only(head), cells.map(only)];
}

function described({ description }: Measure): Markup {
  return description === "" ? nothing : markup`<span class="note">${description}</span>`;
}

function changeCells(row: ComparisonRow): readonly Cell[] {
  return [
    { text: row.before, numeric: true },
    { text: row.after, numeric: true },
    { text: row.change.value, numeric: true, kind: directionClass(row.direction) },
    { text: row.change.interval, numeric: true },
    { text: row.relative, numeric: true },
  ];
}

function directionClass(direction: Direction): string {
  return direction === "better" || direction === "worse" ? `${direction}-text` : "";
}

function perService(selection: Selection, pair: Pair): Markup {
  const { measures } = selection.result;
  const blocks = measures.flatMap((measure) => {
    const rows = scopeRows(selection, measure);
    if (rows.length === 0) return [];
    const open = measure.id === selection.headline?.id ? markup` open` : nothing;
    return [
      markup`<details${open}><summary>${labelOf(measure)} <span class="quiet">per Service</span></summary>
<div class="body">${serviceTable(selection, measure, rows, pair)}</div></details>`,
    ];
  });
  if (blocks.length === 0) return nothing;
  const key = legend([selection.label(pair.from), selection.label(pair.to)]);
  return markup`<div class="card"><h3>Per Service</h3>${key}${joined(blocks, "\n")}</div>`;
}

function serviceTable(
  selection: Selection,
  measure: Measure,
  all: readonly ComparisonRow[],
  pair: Pair,
): Markup {
  const rows = mostChanged(all);
  const sides = rows.flatMap(({ scope }) =>
    [pair.from, pair.to].map((side) => selection.estimate(measure.id, side, scope)),
  );
  const range = rangeOf(sides);
  const left = all.length - rows.length;
  const caption =
    left > 0
      ? `${measure.description} The ${rows.length} that change most; ${left} more are in the JSON.`
      : measure.description;
  return table(
    caption,
    [{ label: "Service" }, { label: "" }, ...columns(selection, pair)],
    rows.map((row) => {
      const both = [pair.from, pair.to].map((side) =>
        selection.estimate(measure.id, side, row.scope),
      );
      return [{ text: name(row.scope) }, { text: dumbbell(both, range) }, ...changeCells(row)];
    }),
  );
}

const mostRows = 200;

/** All rows in their order; of very many, those that change most. */
function mostChanged(rows: readonly ComparisonRow[]): readonly ComparisonRow[] {
  if (rows.length <= mostRows) return rows;
  const size = ({ difference }: ComparisonRow): number => Math.abs(difference?.estimate.value ?? 0);
  const ranked = rows.map((row, index) => ({ row, index }));
  ranked.sort((a, b) => size(b.row) - size(a.row) || a.index - b.index);
  return ranked.slice(0, mostRows).map(({ row }) => row);
}

type Range = readonly [low: number, high: number];

function rangeOf(estimates: readonly (Estimate | undefined)[]): Range {
  const ends = estimates.flatMap((one) => [one?.value, one?.low, one?.high]);
  const numbers = ends.filter(
    (end): end is number => typeof end === "number" && Number.isFinite(end),
  );
  return [Math.min(0, ...numbers), Math.max(0, ...numbers)];
}

/** Both sides as dots with their intervals on the common axis of the table. */
function dumbbell(sides: readonly (Estimate | undefined)[], [low, high]: Range): Markup {
  const marks = sides.map((side, index) => {
    if (side === undefined || side.value === null) return nothing;
    const from = percent(side.low ?? side.value, low, high);
    const rest = percent(low + high - (side.high ?? side.value), low, high);
    return markup`<i class="span s${index}" style="left:${from};right:${rest}"></i><i class="dot s${index}" style="left:${percent(side.value, low, high)}"></i>`;
  });
  return markup`<span class="track" aria-hidden="true">${marks}</span>`;
}

function grid(selection: Selection, replications: string): Markup {
  const { configurations } = selection.result;
  const measures = gridMeasures(selection);
  if (measures.length === 0) return nothing;
  const rows = configurations.map((configuration) => [
    { text: name(configuration.label) },
    ...gridCells(selection, configuration).map(({ measure, estimate }): Cell => {
      const words = formatEstimate(estimate, measure.unit);
      return {
        text: markup`${words.value}<span class="note quiet small">${words.interval}</span>`,
        numeric: true,
      };
    }),
  ]);
  const head = [
    { label: "Configuration" },
    ...measures.map((measure) => ({ label: labelOf(measure), numeric: true })),
  ];
  const caption = "Each cell: the mean, and under it its 95% interval";
  const lead = `Every configuration ran ${replications} with the same random draws.`;
  const all = markup`<div class="card">${wideTable(caption, head, rows)}</div>`;
  return section("estimates", "The numbers", lead, joined([all, differences(selection)], "\n"));
}

function differences(selection: Selection): Markup {
  const shown = selection.result.differences.filter(({ scope }) => scope === "all");
  if (shown.length === 0) return nothing;
  const head = ["Measure", "From", "To", "Change", "95% interval", "Relative"];
  const rows = shown.flatMap((difference) => {
    const measure = selection.measure(difference.measure);
    return measure === undefined ? [] : [differenceCells(selection, measure, difference)];
  });
  const titled = head.map((label, index) => ({ label, numeric: index > 2 }));
  const [columns, cells] = filled(titled, rows);
  const caption = "Differences, paired by replication";
  return tableCard(caption, rows.length, table(caption, columns, cells));
}

function differenceCells(
  selection: Selection,
  measure: Measure,
  { from, to, estimate, relative }: Difference,
): readonly Cell[] {
  const words = formatEstimate(estimate, measure.unit, { change: true });
  return [
    { text: labelOf(measure) },
    { text: name(selection.label(from)) },
    { text: name(selection.label(to)) },
    { text: words.value, numeric: true },
    { text: words.interval, numeric: true },
    { text: formatRelative(relative?.value ?? null), numeric: true },
  ];
}
