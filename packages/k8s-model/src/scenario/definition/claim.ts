import type { Interval } from "@k8s-netsim/sim-core";
import { intervalInWords, type NumberUnit, numberInWords } from "../measures/in-words.ts";
import { type ExpectationVerdict, judge, overall } from "../what-if/expectation.ts";
import type { ParameterFilter, ParameterValue } from "./parameter.ts";

/** What is claimed of a metric in some configurations. */
export interface Claim {
  readonly metric: string;
  readonly filters: readonly ParameterFilter[];
  readonly comparison: "<" | ">";
  readonly bound: number;
}

/** One metric, to be narrowed with `where` and claimed about with `below` and `above`. */
export interface MetricView {
  /** Only the configurations in which every filter holds. */
  where(...filters: readonly ParameterFilter[]): MetricView;
  below(bound: number): Claim;
  above(bound: number): Claim;
}

export function metricView(metric: string, filters: readonly ParameterFilter[] = []): MetricView {
  return {
    where: (...more) => metricView(metric, [...filters, ...more]),
    below: (bound) => ({ metric, filters, comparison: "<", bound }),
    above: (bound) => ({ metric, filters, comparison: ">", bound }),
  };
}

/** Results of one configuration, as far as a claim looks at them. */
export interface ClaimedConfiguration {
  readonly label: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly metrics: ReadonlyMap<string, Interval>;
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
  const judged = about.map(({ label, metrics }) => {
    const interval = metrics.get(claim.metric);
    if (interval === undefined) {
      return { verdict: "undecided" as const, reason: `${label}: ${claim.metric} is not defined` };
    }
    const verdict = judge(claim, interval);
    const range = intervalInWords(interval, unit);
    return { verdict, reason: `${label}: ${claim.metric} lies in ${range}` };
  });
  const verdict = overall(judged.map((each) => each.verdict)) as ExpectationVerdict;
  const telling = judged.filter((each) => each.verdict === verdict);
  const bound = `${claim.comparison} ${numberInWords(claim.bound, unit)}`;
  return { verdict, reason: `Claimed ${bound}. ${telling.map((each) => each.reason).join("; ")}.` };
}
