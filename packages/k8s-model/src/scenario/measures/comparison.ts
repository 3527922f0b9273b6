import { type Interval, meanInterval, pairedInterval } from "@k8s-netsim/sim-core";
import { EVERYTHING, MEASURES, type MeasureId, type Observation } from "./measure.ts";

/** One measure in one scope, before and after, over paired replications. */
export interface MeasureComparison {
  readonly measure: MeasureId;
  /** `all`, or `namespace/name` of a Service. */
  readonly scope: string;
  readonly before: Interval | undefined;
  readonly after: Interval | undefined;
  /** `after − before`, paired by replication; absent where one of them is. */
  readonly difference: Interval | undefined;
  /** The difference over the mean before; absent where that is zero. */
  readonly relative: Interval | undefined;
}

/** Compares runs that were paired under common random numbers, replication by replication. */
export function compareRuns(
  before: readonly Observation[],
  after: readonly Observation[],
  scopes: readonly string[],
): readonly MeasureComparison[] {
  return [EVERYTHING, ...scopes].flatMap((scope) =>
    MEASURES.map((measure) => compareMeasure(before, after, measure.id, scope)),
  );
}

function compareMeasure(
  before: readonly Observation[],
  after: readonly Observation[],
  measure: MeasureId,
  scope: string,
): MeasureComparison {
  const valuesBefore = before.map((run) => run.get(measure, scope));
  const valuesAfter = after.map((run) => run.get(measure, scope));
  const difference = pairedWhereBoth(valuesBefore, valuesAfter);
  const intervalBefore = intervalOf(valuesBefore);
  return {
    measure,
    scope,
    before: intervalBefore,
    after: intervalOf(valuesAfter),
    difference,
    relative: relativeTo(difference, intervalBefore),
  };
}

function intervalOf(values: readonly (number | undefined)[]): Interval | undefined {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === 0 ? undefined : meanInterval(defined);
}

function pairedWhereBoth(
  before: readonly (number | undefined)[],
  after: readonly (number | undefined)[],
): Interval | undefined {
  const pairs = before.flatMap((value, index) => {
    const other = after[index];
    return value === undefined || other === undefined ? [] : [[value, other] as const];
  });
  if (pairs.length === 0) return undefined;
  return pairedInterval(
    pairs.map(([, value]) => value),
    pairs.map(([value]) => value),
  );
}

/** The base is taken as exact: with common random numbers its error is far below the difference's. */
function relativeTo(
  difference: Interval | undefined,
  base: Interval | undefined,
): Interval | undefined {
  if (difference === undefined || base === undefined || base.mean === 0) return undefined;
  const bounds = [difference.low / base.mean, difference.high / base.mean];
  return {
    mean: difference.mean / base.mean,
    low: Math.min(...bounds),
    high: Math.max(...bounds),
    n: difference.n,
    confidence: difference.confidence,
  };
}
