import type { Difference, Measure } from "./result.ts";
import { type Direction, direction, type Selection } from "./select.ts";
import {
  type EstimateWords,
  formatAlike,
  formatEstimate,
  formatRange,
  formatRelative,
  unitNote,
} from "./words/quantity.ts";

/** One line of a before/after table, in words: what HTML, Markdown and the terminal all show. */
export interface ComparisonRow {
  readonly scope: string;
  readonly measure: Measure;
  /** The measure's name with what one unit of it is, where the numbers do not say it. */
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly change: EstimateWords;
  readonly relative: string;
  /** How far the change moves when assumptions are halved and doubled; empty where not varied. */
  readonly assumptionRange: string;
  readonly direction: Direction;
  readonly difference: Difference | undefined;
}

const undefinedEstimate = { value: null, low: null, high: null, n: 0 } as const;

/** The row of a measure for a scope; the selection must have a pair of configurations. */
function comparisonRow(
  selection: Selection,
  measure: Measure,
  scope: string,
): ComparisonRow | undefined {
  const { pair } = selection;
  if (pair === undefined) return undefined;
  const before = selection.estimate(measure.id, pair.from, scope);
  const after = selection.estimate(measure.id, pair.to, scope);
  const difference = selection.difference(measure.id, scope);
  if (before === undefined && after === undefined) return undefined;
  const change = difference?.estimate ?? undefinedEstimate;
  const range = difference?.assumptionRange;
  const sides = [before?.value ?? null, after?.value ?? null];
  const [beforeWords, afterWords] = formatAlike(sides, measure.unit);
  return {
    scope,
    measure,
    label: labelOf(measure),
    before: beforeWords ?? "",
    after: afterWords ?? "",
    change: formatEstimate(change, measure.unit, { change: true }),
    relative: formatRelative(difference?.relative?.value ?? null),
    assumptionRange: range
      ? formatRange(range.low, range.high, measure.unit, { change: true })
      : "",
    direction: direction(change, measure.better),
    difference,
  };
}

/** Every measure for the scope `all`. */
export function overallRows(selection: Selection): readonly ComparisonRow[] {
  return selection.result.measures.flatMap((measure) => {
    const row = comparisonRow(selection, measure, "all");
    return row ? [row] : [];
  });
}

/** One measure for each scope that has it. */
export function scopeRows(selection: Selection, measure: Measure): readonly ComparisonRow[] {
  return selection.scopes(measure.id).flatMap((scope) => {
    const row = comparisonRow(selection, measure, scope);
    return row ? [row] : [];
  });
}

export function labelOf(measure: Measure): string {
  const note = unitNote(measure.unit);
  return note === "" || measure.label.includes(note) ? measure.label : `${measure.label}, ${note}`;
}

/** Assumptions as they are ranked: by effect first, then the rest in their own order. */
export function rankedAssumptions(
  assumptions: Selection["result"]["assumptions"],
): Selection["result"]["assumptions"] {
  const last = assumptions.length + 1;
  return assumptions
    .map((assumption, index) => ({ assumption, index }))
    .sort((a, b) => (a.assumption.rank ?? last) - (b.assumption.rank ?? last) || a.index - b.index)
    .map(({ assumption }) => assumption);
}
