import type { Pod } from "../../api/index.ts";
import { MetricError } from "./metric-error.ts";
import { type CalculatorTimes, groupPods, type PodGroups } from "./pod-groups.ts";
import type { PodSamples } from "./pod-sample.ts";
import { isTolerable, type Tolerances } from "./tolerances.ts";

/** What the calculator needs for a metric that is measured pod by pod. */
export interface PodMetricQuestion {
  readonly pods: readonly Pod[];
  readonly samples: PodSamples;
  readonly currentReplicas: number;
  readonly tolerances: Tolerances;
  readonly times: CalculatorTimes;
  /** CPU samples of starting pods do not count. */
  readonly isCpu: boolean;
}

/** Replicas that a metric asks for, with the present use: milli units, or percent of the request. */
export interface Proposal {
  readonly replicas: number;
  readonly usage: number;
  /** Mean use in milli units where `usage` is a percentage. */
  readonly rawAverageMilli?: number;
}

/**
 * Replicas for a target in percent of the pods' requests (`ReplicaCalculator.GetResourceReplicas`).
 * Missing pods count as max(100, target) % when that makes fewer pods, and as 0 when it makes more;
 * the percentage is truncated before it is compared with the target.
 */
export function utilizationReplicas(
  question: PodMetricQuestion,
  targetPercent: number,
  requestMilliOf: (pod: Pod) => number,
): Proposal {
  const groups = usableGroups(question);
  const requests = new Map(
    question.pods.map((pod) => [pod.metadata.name, requestMilliOf(pod)] as const),
  );
  const fallbackPercent = Math.max(100, targetPercent);
  const measure = (values: PodValues): Measured => utilization(values, requests, targetPercent);
  const first = measure(valuesOf(groups.ready));
  const replicas = podMetricReplicas(question, groups, first.ratio, measure, (name) =>
    Math.trunc(((requests.get(name) ?? 0) * fallbackPercent) / 100),
  );
  return { replicas, usage: first.usage, rawAverageMilli: first.rawAverageMilli };
}

/** Replicas for a mean target per pod (`GetRawResourceReplicas`, `GetMetricReplicas`). */
export function averageReplicas(question: PodMetricQuestion, targetMilli: number): Proposal {
  const groups = usableGroups(question);
  const measure = (values: PodValues): Measured => average(values, targetMilli);
  const first = measure(valuesOf(groups.ready));
  const replicas = podMetricReplicas(question, groups, first.ratio, measure, () => targetMilli);
  return { replicas, usage: first.usage };
}

type PodValues = ReadonlyMap<string, number>;

interface Measured {
  readonly ratio: number;
  readonly usage: number;
  readonly rawAverageMilli: number;
}

const valuesOf = (samples: PodSamples): PodValues =>
  new Map([...samples].map(([name, { valueMilli }]) => [name, valueMilli]));

function usableGroups({ pods, samples, isCpu, times }: PodMetricQuestion): PodGroups {
  if (pods.length === 0) {
    throw new MetricError("no-pods", "no pods returned by selector");
  }
  const groups = groupPods(pods, samples, isCpu, times);
  if (groups.ready.size === 0) {
    throw new MetricError("no-usable-metrics", "no metrics of ready pods");
  }
  return groups;
}

/** The common rule: unready and missing pods may only weaken a change, never turn it round. */
function podMetricReplicas(
  { currentReplicas, tolerances }: PodMetricQuestion,
  { ready, readyCount, unready, missing }: PodGroups,
  ratio: number,
  measure: (values: PodValues) => Measured,
  fallbackMilli: (name: string) => number,
): number {
  const scaleUpWithUnready = unready.length > 0 && ratio > 1;
  if (!scaleUpWithUnready && missing.length === 0) {
    return isTolerable(ratio, tolerances) ? currentReplicas : Math.ceil(ratio * readyCount);
  }
  const values = new Map(valuesOf(ready));
  if (ratio !== 1) {
    for (const name of missing) values.set(name, ratio < 1 ? fallbackMilli(name) : 0);
  }
  if (scaleUpWithUnready) for (const name of unready) values.set(name, 0);
  const weakened = measure(values).ratio;
  const turned = (ratio < 1 && weakened > 1) || (ratio > 1 && weakened < 1);
  if (isTolerable(weakened, tolerances) || turned) return currentReplicas;
  const replicas = Math.ceil(weakened * values.size);
  const contrary =
    (weakened < 1 && replicas > currentReplicas) || (weakened > 1 && replicas < currentReplicas);
  return contrary ? currentReplicas : replicas;
}

/** Whole percent of the requests, as the real one computes it: in 64-bit integers, truncated. */
function utilization(
  values: PodValues,
  requests: ReadonlyMap<string, number>,
  targetPercent: number,
): Measured {
  let used = 0n;
  let requested = 0n;
  let count = 0n;
  for (const [name, value] of values) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += BigInt(value);
    requested += BigInt(request);
    count += 1n;
  }
  if (requested === 0n) {
    throw new MetricError("no-matching-metrics", "no metrics returned matched known pods");
  }
  const percent = Number((used * 100n) / requested);
  return { ratio: percent / targetPercent, usage: percent, rawAverageMilli: Number(used / count) };
}

function average(values: PodValues, targetMilli: number): Measured {
  let used = 0n;
  for (const value of values.values()) used += BigInt(value);
  const usage = Number(used / BigInt(values.size));
  return { ratio: usage / targetMilli, usage, rawAverageMilli: usage };
}
