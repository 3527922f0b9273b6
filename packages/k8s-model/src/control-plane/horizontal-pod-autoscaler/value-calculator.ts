import type { Pod } from "../../api/index.ts";
import { isPodReady } from "../endpoint-slice/endpoint-of-pod.ts";
import { MetricError } from "./metric-error.ts";
import type { Proposal } from "./replica-calculator.ts";
import { isTolerable, type Tolerances } from "./tolerances.ts";

/** What the calculator needs for a metric that is not measured pod by pod. */
export interface ValueQuestion {
  /** The metric's value; that of an external metric is the sum of its series. */
  readonly valueMilli: number;
  readonly currentReplicas: number;
  readonly tolerances: Tolerances;
}

/** Replicas for an object's or an external value as a whole: the ready pods times value by target. */
export function valueReplicas(
  { valueMilli, currentReplicas, tolerances }: ValueQuestion,
  targetMilli: number,
  pods: readonly Pod[],
): Proposal {
  const ratio = valueMilli / targetMilli;
  if (currentReplicas === 0) return { replicas: wholeReplicas(ratio), usage: valueMilli };
  if (isTolerable(ratio, tolerances)) return { replicas: currentReplicas, usage: valueMilli };
  if (pods.length === 0) throw new MetricError("no-pods", "no pods returned by selector");
  const ready = pods.filter((pod) => pod.status?.phase === "Running" && isPodReady(pod)).length;
  return { replicas: wholeReplicas(ratio * ready), usage: valueMilli };
}

/** Replicas for an object's or an external value shared by all pods of the scale's status. */
export function valuePerPodReplicas(
  { valueMilli, currentReplicas: statusReplicas, tolerances }: ValueQuestion,
  targetAverageMilli: number,
): Proposal {
  const ratio = valueMilli / (targetAverageMilli * statusReplicas);
  const replicas = isTolerable(ratio, tolerances)
    ? statusReplicas
    : wholeReplicas(valueMilli / targetAverageMilli);
  return {
    replicas,
    usage: statusReplicas === 0 ? NO_AVERAGE : Math.ceil(valueMilli / statusReplicas),
  };
}

/** What is written for a mean over no replicas: the lowest 64-bit integer, as on x86-64. */
const NO_AVERAGE = Number.MIN_SAFE_INTEGER * 1024 - 1024;
const MOST_REPLICAS = 2_147_483_647;

const wholeReplicas = (replicas: number): number => Math.min(Math.ceil(replicas), MOST_REPLICAS);
