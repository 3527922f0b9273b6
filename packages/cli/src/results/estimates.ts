import { MEASURES, type Measure, type MeasureComparison } from "@k8s-netsim/k8s-model/scenario";
import type {
  Difference,
  Estimate,
  Measure as ReportedMeasure,
  ScopedEstimate,
} from "@k8s-netsim/reports";
import type { Interval } from "@k8s-netsim/sim-core";

const BEFORE = "before";
const AFTER = "after";

/** An interval as a report shows it: bounds that say nothing become null. */
export function estimateOf(interval: Interval | undefined): Estimate {
  if (interval === undefined) return { value: null, low: null, high: null, n: 0 };
  return {
    value: finite(interval.mean),
    low: finite(interval.low),
    high: finite(interval.high),
    n: interval.n,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Measures that a result can show: without given rates and sizes there is no money per month. */
export function reportedMeasures(moneyPerMonth: boolean): readonly ReportedMeasure[] {
  return MEASURES.filter(({ id }) => moneyPerMonth || id !== "costPerMonth").map(
    ({ id, label, unit, better, description }: Measure) => ({
      id,
      label,
      unit,
      better,
      description,
    }),
  );
}

export function estimatesOf(
  comparisons: readonly MeasureComparison[],
  measures: readonly ReportedMeasure[],
): readonly ScopedEstimate[] {
  return shown(comparisons, measures).flatMap(({ measure, scope, before, after }) => [
    { measure, scope, configuration: BEFORE, estimate: estimateOf(before) },
    { measure, scope, configuration: AFTER, estimate: estimateOf(after) },
  ]);
}

/** Differences; `range` says how far the assumptions move the one of the whole cluster. */
export function differencesOf(
  comparisons: readonly MeasureComparison[],
  measures: readonly ReportedMeasure[],
  range: (measure: string) => { readonly low: number; readonly high: number } | undefined,
): readonly Difference[] {
  return shown(comparisons, measures).map(({ measure, scope, difference, relative }) => {
    const assumptionRange = scope === "all" ? range(measure) : undefined;
    return {
      measure,
      scope,
      from: BEFORE,
      to: AFTER,
      estimate: estimateOf(difference),
      relative: relative === undefined ? null : estimateOf(relative),
      ...(assumptionRange === undefined ? {} : { assumptionRange }),
    };
  });
}

function shown(
  comparisons: readonly MeasureComparison[],
  measures: readonly ReportedMeasure[],
): readonly MeasureComparison[] {
  const ids = new Set(measures.map(({ id }) => id));
  return comparisons.filter(
    ({ measure, before, after }) =>
      ids.has(measure) && (before !== undefined || after !== undefined),
  );
}
