import { type Interval, meanInterval } from "@k8s-netsim/sim-core";
import {
  type Claim,
  type ClaimedConfiguration,
  type JudgedClaim,
  judgeClaim,
  metricView,
} from "./claim.ts";
import type { Variations } from "./grid.ts";
import { exactly, type MetricColumns, pairedDifference } from "./metric-columns.ts";
import type { ParameterValue } from "./parameter.ts";
import type { Claims, MetricFormats } from "./scenario.ts";

/** What one combination of parameters came to. */
export interface Outcome {
  readonly metrics: ReadonlyMap<string, Interval>;
  /** Against the combination that it is compared with, paired by replication; empty for that one. */
  readonly differences: ReadonlyMap<string, Interval>;
  /** The values of every replication. */
  readonly columns: MetricColumns;
}

/** Means with their intervals, and what differs from the combination that it is compared with. */
export function outcomeOf(columns: MetricColumns, baseline: MetricColumns | undefined): Outcome {
  const metrics = new Map<string, Interval>();
  const differences = new Map<string, Interval>();
  for (const [metric, column] of columns) {
    const defined = column.filter((value) => value !== undefined);
    if (defined.length > 0) metrics.set(metric, meanInterval(defined));
    if (baseline === undefined || baseline === columns) continue;
    const difference = pairedDifference(metric, columns, baseline);
    if (difference !== undefined) differences.set(metric, difference);
  }
  return { metrics, differences, columns };
}

/** The same where nothing is random: each value is its own interval. */
export function exactOutcome(columns: MetricColumns, baseline: MetricColumns | undefined): Outcome {
  const metrics = new Map<string, Interval>();
  const differences = new Map<string, Interval>();
  for (const [metric, [value]] of columns) {
    if (value === undefined) continue;
    metrics.set(metric, exactly(value));
    const base = baseline === columns ? undefined : baseline?.get(metric)?.[0];
    if (base !== undefined) differences.set(metric, exactly(value - base));
  }
  return { metrics, differences, columns };
}

export type NamedClaim = JudgedClaim & { readonly name: string };

/**
 * Every claim of a question, judged on the bounds of the intervals; those about values that a smaller
 * run leaves out are no part of it.
 */
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
  // A metric that no configuration defines can be claimed about, too: it stays undecided.
  const named = configurations.flatMap(({ metrics }) => [...metrics.keys()]);
  const names = new Set([...Object.keys(formats), ...named]);
  const metric = Object.fromEntries([...names].map((name) => [name, metricView(name)]));
  return Object.entries(expect).flatMap(([name, claimOf]) => {
    const claim = claimOf({ at, metric });
    if (isLeftOut(claim, vary, configurations)) return [];
    return [{ name, ...judgeClaim(claim, configurations, formats[claim.metric]?.unit) }];
  });
}

/** Whether a claim is about a value of the question's own that this run was not asked for. */
function isLeftOut(
  { filters, against = [] }: Claim,
  vary: Variations,
  configurations: readonly ClaimedConfiguration[],
): boolean {
  return [...filters, ...against].some(
    ({ parameter, value }) =>
      vary[parameter]?.includes(value) === true &&
      !configurations.some(({ parameters }) => parameters[parameter] === value),
  );
}

interface JudgedQuestion {
  readonly vary: Variations;
  readonly expect?: Claims<Variations, string>;
  readonly metrics?: MetricFormats<string>;
}
