import { type Interval, pairedInterval } from "@k8s-netsim/sim-core";

/** Values by metric, one a replication; a metric that a run does not define is left out there. */
export type MetricColumns = ReadonlyMap<string, readonly (number | undefined)[]>;

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

/** How far `after` is above `before`, over the replications in which both have the metric. */
export function pairedDifference(
  metric: string,
  after: MetricColumns,
  before: MetricColumns,
): Interval | undefined {
  const others = before.get(metric);
  const pairs = (after.get(metric) ?? []).flatMap((value, index) => {
    const other = others?.[index];
    return value === undefined || other === undefined ? [] : [[value, other] as const];
  });
  if (pairs.length === 0) return undefined;
  return pairedInterval(
    pairs.map(([value]) => value),
    pairs.map(([, value]) => value),
  );
}

/** A value about which nothing is random. */
export function exactly(value: number): Interval {
  return { mean: value, low: value, high: value, n: 1, confidence: 1 };
}
