import { labelOf } from "./comparison-table.ts";
import type { Configuration, Estimate, Measure } from "./result.ts";
import type { Selection } from "./select.ts";
import { formatEstimate } from "./words/quantity.ts";

/** A table of configurations by measures, in words. */
export interface GridTable {
  readonly head: readonly string[];
  /** The configuration first, then one cell a measure: value and interval. */
  readonly rows: readonly (readonly string[])[];
}

export interface GridCell {
  readonly measure: Measure;
  readonly estimate: Estimate;
}

/** The estimates of one configuration over everything, measure by measure. */
export function gridCells(
  selection: Selection,
  { id }: Configuration,
  scope = "all",
): readonly GridCell[] {
  return gridMeasures(selection, scope).map((measure) => ({
    measure,
    estimate: selection.estimate(measure.id, id, scope) ?? {
      value: null,
      low: null,
      high: null,
      n: 0,
    },
  }));
}

/** The measures that any configuration has an estimate of. */
export function gridMeasures(selection: Selection, scope = "all"): readonly Measure[] {
  const { configurations, measures } = selection.result;
  return measures.filter((measure) =>
    configurations.some(({ id }) => selection.estimate(measure.id, id, scope) !== undefined),
  );
}

export function gridTable(selection: Selection): GridTable {
  return {
    head: ["configuration", ...gridMeasures(selection).map(labelOf)],
    rows: selection.result.configurations.map((configuration) => [
      configuration.label,
      ...gridCells(selection, configuration).map(
        ({ measure, estimate }) => formatEstimate(estimate, measure.unit).both,
      ),
    ]),
  };
}
