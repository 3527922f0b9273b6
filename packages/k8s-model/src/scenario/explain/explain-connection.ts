import { type SimTime, Simulation } from "@k8s-netsim/sim-core";
import type { KubeObject } from "../../api/index.ts";
import { type Cluster, explainRoute, type RouteExplanation } from "../../cluster/index.ts";
import {
  type Distance,
  distanceBetween,
  type Place,
  type PriceTable,
  type RoundTripTimes,
  transferCostUsd,
} from "../../topology/index.ts";
import type { FaultDefinition } from "../definition/fault-definition.ts";
import { NO_ZONE } from "../world/cluster-network.ts";
import { scheduleFault } from "../world/faults.ts";
import { changeObjects, clusterOf } from "../world/resting-cluster.ts";
import { type ConnectionQuestion, ConnectionQuestionError } from "./connection-question.ts";

export interface ExplainOptions {
  readonly objects: readonly KubeObject[];
  /** Objects after a change that is made when the cluster has come to rest. */
  readonly changed?: readonly KubeObject[];
  readonly faults: readonly FaultDefinition[];
  readonly kubernetesVersion: string;
  /** Time of the question, counted from rest; absent: when everything is at rest again. */
  readonly atNs?: SimTime;
  /** Name of a node to connect from, in place of the pod's own. */
  readonly fromNode?: string;
  readonly roundTripTimes: RoundTripTimes;
  readonly prices: PriceTable;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** The way to one endpoint that a connection may be given. */
export interface Hop {
  readonly pod: string;
  readonly address: string;
  readonly node: string;
  readonly zone: string;
  /** How likely a new connection goes there. */
  readonly probability: number;
  readonly distance: Distance;
  readonly roundTripNs: SimTime;
  /** Sender and receiver together, for a million requests; absent where there is no price. */
  readonly usdPerMillionRequests: number | undefined;
}

export interface ConnectionExplanation {
  readonly route: RouteExplanation;
  /** Whose name only began as the question said, the pod that was taken. */
  readonly pod: string;
  readonly hops: readonly Hop[];
}

/** Builds the cluster, brings it to the time asked about, and takes one routing decision apart. */
export function explainConnection(
  question: ConnectionQuestion,
  options: ExplainOptions,
): ConnectionExplanation {
  const cluster = clusterAt(options);
  const pod = podNamed(cluster, question.pod);
  const answer = explainRoute(cluster, {
    fromPod: pod,
    service: question.service,
    ...(question.port === undefined ? {} : { port: question.port }),
    ...(options.fromNode === undefined ? {} : { fromNode: options.fromNode }),
  });
  if ("refused" in answer) {
    const { code, sentence, remedy } = answer.refused;
    throw new ConnectionQuestionError(code, sentence, remedy);
  }
  return { route: answer.explained, pod, hops: hopsOf(cluster, answer.explained, options) };
}

/** The cluster at the time asked about. */
export function clusterAt(
  options: Pick<ExplainOptions, "objects" | "changed" | "faults" | "kubernetesVersion" | "atNs">,
): Cluster {
  const { objects, changed, faults, kubernetesVersion, atNs } = options;
  const cluster = clusterOf(new Simulation({ seed: "explain" }), objects, { kubernetesVersion });
  const restNs = cluster.sim.now;
  for (const fault of faults) scheduleFault(cluster, fault, restNs);
  if (changed !== undefined) changeObjects(cluster, objects, changed);
  if (atNs === undefined) cluster.settle();
  else cluster.sim.runUntil((restNs + atNs) as SimTime);
  return cluster;
}

/** The pod of that name, or the first whose generated name begins with it. */
function podNamed(cluster: Cluster, key: string): string {
  const living = [...cluster.pods].filter(({ gone, uid }) => !gone && uid !== "");
  const keys = living.map((pod) => pod.key).sort();
  const found =
    keys.find((candidate) => candidate === key) ??
    keys.find((candidate) => candidate.startsWith(`${key}-`));
  if (found !== undefined) return found;
  const namespace = key.slice(0, key.indexOf("/") + 1);
  const near = keys.filter((candidate) => candidate.startsWith(namespace)).slice(0, 8);
  throw new ConnectionQuestionError(
    "unknown-pod",
    `There is no pod "${key}".`,
    near.length === 0
      ? `no pod is in namespace "${namespace.slice(0, -1)}"; name one as NAMESPACE/pod/NAME.`
      : `its namespace has ${near.join(", ")}${keys.length > near.length ? ", …" : ""}; the beginning of a name is enough.`,
  );
}

function hopsOf(
  cluster: Cluster,
  route: RouteExplanation,
  options: ExplainOptions,
): readonly Hop[] {
  const kept = route.choice.endpoints.flatMap((verdict, index) =>
    verdict.kept ? [{ verdict, pod: route.podIndices[index] as number }] : [],
  );
  const here = placeOf(cluster, route.node.index);
  return kept.map(({ verdict, pod }) => {
    const entry = cluster.pods.at(pod);
    const node = cluster.nodes.at(entry?.nodeIndex ?? -1);
    const distance = distanceBetween(here, placeOf(cluster, entry?.nodeIndex ?? -1));
    const bytes = options.requestBytes + options.responseBytes;
    return {
      pod: entry?.key ?? "",
      address: verdict.endpoint.key,
      node: node?.name ?? "(none)",
      zone: node?.zone ?? NO_ZONE,
      probability: 1 / kept.length,
      distance,
      roundTripNs: options.roundTripTimes[distance],
      usdPerMillionRequests: transferCostUsd(options.prices, distance, bytes * 1e6),
    };
  });
}

function placeOf(cluster: Cluster, node: number): Place {
  const names = [...new Set([...cluster.nodes].map(({ zone = NO_ZONE }) => zone))];
  const regions = [...new Set([...cluster.nodes].map(({ region = "" }) => region))];
  const entry = cluster.nodes.at(node);
  return {
    node,
    zone: names.indexOf(entry?.zone ?? NO_ZONE),
    region: Math.max(0, regions.indexOf(entry?.region ?? "")),
  };
}
