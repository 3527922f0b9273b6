import { type Interval, meanInterval, pairedInterval } from "@k8s-netsim/sim-core";
import { type ClaimedConfiguration, type JudgedClaim, judgeClaim, metricView } from "./claim.ts";
import type { Variations } from "./grid.ts";
import type { ParameterValue } from "./parameter.ts";
import type { Claims, MetricFormats } from "./scenario.ts";

/** Values by metric, one a replication; a metric that a run does not define is left out there. */
export type MetricColumns = ReadonlyMap<string, readonly (number | undefined)[]>;

/** What one combination of parameters came to. */
export interface Outcome {
  readonly metrics: ReadonlyMap<string, Interval>;
  /** Against the first combination, paired by replication; empty for the first. */
  readonly differences: ReadonlyMap<string, Interval>;
}

/** Columns of the metrics, from one record a replication. */
export class MetricRecord {
  readonly columns: Map<string, (number | undefined)[]> = new Map();

  add(values: Readonly<Record<string, number | undefined>>): void {
    for (const [metric, value] of Object.entries(values)) {
      const column = this.columns.get(metric);
      if (column === undefined) this.columns.set(metric, [value]);
      else column.push(value);
    }
  }
}

/** Means with their intervals, and what differs from the first combination. */
export function outcomeOf(columns: MetricColumns, first: MetricColumns | undefined): Outcome {
  const metrics = new Map<string, Interval>();
  const differences = new Map<string, Interval>();
  for (const [metric, column] of columns) {
    const defined = column.filter((value) => value !== undefined);
    if (defined.length > 0) metrics.set(metric, meanInterval(defined));
    const base = first?.get(metric);
    if (first === columns || base === undefined) continue;
    const pairs = column.flatMap((value, index) => {
      const other = base[index];
      return value === undefined || other === undefined ? [] : [[value, other] as const];
    });
    if (pairs.length === 0) continue;
    const [after, before] = [pairs.map(([value]) => value), pairs.map(([, value]) => value)];
    differences.set(metric, pairedInterval(after, before));
  }
  return { metrics, differences };
}

/** The same where nothing is random: each value is its own interval. */
export function exactOutcome(columns: MetricColumns, first: MetricColumns | undefined): Outcome {
  const metrics = new Map<string, Interval>();
  const differences = new Map<string, Interval>();
  for (const [metric, [value]] of columns) {
    if (value === undefined) continue;
    metrics.set(metric, exactly(value));
    const base = first === columns ? undefined : first?.get(metric)?.[0];
    if (base !== undefined) differences.set(metric, exactly(value - base));
  }
  return { metrics, differences };
}

function exactly(value: number): Interval {
  return { mean: value, low: value, high: value, n: 1, confidence: 1 };
}

export type NamedClaim = JudgedClaim & { readonly name: string };

/** Every claim of a question, judged on the bounds of the intervals. */
export function judgeAll(
  { vary, expect = {}, metrics: formats = {} }: JudgedQuestion,
  configurations: readonly ClaimedConfiguration[],
): readonly NamedClaim[] {
  const at = Object.fromEntries(
    Object.keys(vary).map((parameter) => [
      parameter,
      (value: ParameterValue) => ({ parameter, value }),
    ]),
  );
  const names = new Set(configurations.flatMap(({ metrics }) => [...metrics.keys()]));
  const metric = Object.fromEntries([...names].map((name) => [name, metricView(name)]));
  return Object.entries(expect).map(([name, claimOf]) => {
    const claim = claimOf({ at, metric });
    return { name, ...judgeClaim(claim, configurations, formats[claim.metric]?.unit) };
  });
}

interface JudgedQuestion {
  readonly vary: Variations;
  readonly expect?: Claims<Variations, string>;
  readonly metrics?: MetricFormats<string>;
}
