import type { Interval } from "@k8s-netsim/sim-core";
import { intervalInWords, type NumberUnit, numberInWords } from "../measures/in-words.ts";
import { type ExpectationVerdict, judge, overall } from "../what-if/expectation.ts";
import { exactly, type MetricColumns, pairedDifference } from "./metric-columns.ts";
import type { ParameterFilter, ParameterValue } from "./parameter.ts";

/** What is claimed of a metric in some configurations. */
export interface Claim {
  readonly metric: string;
  readonly filters: readonly ParameterFilter[];
  /** What each configuration is compared with: the one that differs from it by these values. */
  readonly against?: readonly ParameterFilter[];
  readonly comparison: "<" | ">";
  readonly bound: number;
}

/** One metric, to be narrowed with `where` and claimed about with `below` and `above`. */
export interface MetricView {
  /** Only the configurations in which every filter holds. */
  where(...filters: readonly ParameterFilter[]): MetricView;
  /**
   * The difference, paired by replication, from the configuration that has these values and is the
   * same otherwise.
   */
  against(...filters: readonly ParameterFilter[]): MetricView;
  below(bound: number): Claim;
  above(bound: number): Claim;
}

export function metricView(
  metric: string,
  filters: readonly ParameterFilter[] = [],
  against: readonly ParameterFilter[] = [],
): MetricView {
  const compared = against.length === 0 ? {} : { against };
  return {
    where: (...more) => metricView(metric, [...filters, ...more], against),
    against: (...more) => metricView(metric, filters, [...against, ...more]),
    below: (bound) => ({ metric, filters, ...compared, comparison: "<", bound }),
    above: (bound) => ({ metric, filters, ...compared, comparison: ">", bound }),
  };
}

/** Results of one configuration, as far as a claim looks at them. */
export interface ClaimedConfiguration {
  readonly label: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly metrics: ReadonlyMap<string, Interval>;
  readonly columns: MetricColumns;
}

export interface JudgedClaim {
  readonly verdict: ExpectationVerdict;
  readonly reason: string;
}

/** Judges a claim in every configuration that it is about; it holds only if it holds in all. */
export function judgeClaim(
  claim: Claim,
  configurations: readonly ClaimedConfiguration[],
  unit: NumberUnit | undefined,
): JudgedClaim {
  const about = configurations.filter(({ parameters }) =>
    claim.filters.every(({ parameter, value }) => parameters[parameter] === value),
  );
  if (about.length === 0) {
    return {
      verdict: "undecided",
      reason: "No configuration of this run is the one claimed about.",
    };
  }
  const what = claim.against === undefined ? claim.metric : `the difference of ${claim.metric}`;
  const judged = about.map((configuration) => {
    const interval = claimedInterval(claim, configuration, configurations);
    const { label } = configuration;
    if (interval === undefined) {
      const reason = `${label}: ${what} is not defined`;
      return { verdict: "undecided" as const, reason, margin: Number.NEGATIVE_INFINITY };
    }
    const verdict = judge(claim, interval);
    const range = intervalInWords(interval, unit);
    const { low, high } = interval;
    const margin = claim.comparison === "<" ? claim.bound - high : low - claim.bound;
    return { verdict, reason: `${label}: ${what} lies in ${range}`, margin };
  });
  const verdict = overall(judged.map((each) => each.verdict)) as ExpectationVerdict;
  const telling = judged.filter((each) => each.verdict === verdict);
  const bound = `${claim.comparison} ${numberInWords(claim.bound, unit)}`;
  return { verdict, reason: `Claimed ${bound}. ${told(telling)}.` };
}

/** More configurations than these are told by the one that is nearest to the bound, or furthest beyond. */
const MOST_TOLD = 4;

function told(judged: readonly { readonly reason: string; readonly margin: number }[]): string {
  if (judged.length <= MOST_TOLD) return judged.map(({ reason }) => reason).join("; ");
  const nearest = judged.reduce((so, one) => (one.margin < so.margin ? one : so));
  return `In ${judged.length} configurations; with the least room ${nearest.reason}`;
}

function claimedInterval(
  { metric, against }: Claim,
  configuration: ClaimedConfiguration,
  all: readonly ClaimedConfiguration[],
): Interval | undefined {
  const own = configuration.metrics.get(metric);
  if (against === undefined) return own;
  const wanted = { ...configuration.parameters };
  for (const { parameter, value } of against) wanted[parameter] = value;
  const other = all.find(({ parameters }) =>
    Object.entries(wanted).every(([parameter, value]) => parameters[parameter] === value),
  );
  const base = other?.metrics.get(metric);
  if (own === undefined || other === undefined || base === undefined) return undefined;
  // Where nothing is random, one value each is the whole truth.
  if (own.confidence === 1 && base.confidence === 1) return exactly(own.mean - base.mean);
  return pairedDifference(metric, configuration.columns, other.columns);
}
