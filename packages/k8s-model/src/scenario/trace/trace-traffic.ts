import type { Steps } from "@k8s-netsim/sim-core";
import type { KubeObject } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { labCapture, packetWay } from "../../data-plane/index.ts";
import type { TrafficSpec } from "../../traffic/index.ts";
import { restingCluster } from "../world/resting-cluster.ts";
import { answererOf } from "./answerer.ts";
import { type Attempt, attempt } from "./attempts.ts";
import { InvalidTrace } from "./invalid-trace.ts";
import { placeFor } from "./places.ts";
import { nodesOf, startOf } from "./starts.ts";
import type { TracedConnection, TraceOptions, TrafficTrace } from "./trace-options.ts";
import { MAX_NODES } from "./trace-plan.ts";
import { TracedCluster } from "./traced-cluster.ts";
import { type Wanted, wantedConnections } from "./wanted.ts";

const MS = 1_000_000;

/**
 * One connection of each kind of the traffic (source workload, Service, port) through the packet lab:
 * the cluster comes to rest, kube-proxy's rules stand on the nodes concerned, and every interface of
 * client, servers and nodes is captured. A user outside enters at the first node (of the zone, if one is
 * given).
 *
 * @throws {InvalidTrace} where no connection can be made
 */
export function traceTraffic(
  objects: readonly KubeObject[],
  traffic: TrafficSpec,
  options: TraceOptions,
): TrafficTrace {
  const { cluster } = restingCluster(objects, { kubernetesVersion: options.kubernetesVersion });
  const { wanted, leftOut } = wantedConnections(cluster, traffic, options.family);
  return traceAtRest(cluster, wanted, leftOut, options);
}

/**
 * Captures these connections, one after another, while nothing changes in the cluster.
 *
 * @throws {InvalidTrace} where there are none
 */
export function traceAtRest(
  cluster: Cluster,
  wanted: readonly Wanted[],
  leftOut: readonly string[],
  options: TraceOptions,
): TrafficTrace {
  checkAny(wanted, leftOut);
  const starts = wanted.map((one) => startOf(cluster, one));
  const traced = new TracedCluster(cluster, {
    seed: options.seed,
    mode: options.mode,
    network: options.network,
    services: new Set(wanted.map(({ to }) => to.service)),
    nodes: nodesOf(cluster, wanted, starts),
    withSpareNodes: false,
    isClient: (pod) => wanted.some((one) => one.pod === pod),
    responseBytes: responseBytesOf(wanted),
  });
  const { lab } = traced;
  const connections: TracedConnection[] = [];
  const more: string[] = [];
  lab.play(function* (): Steps<void> {
    yield MS / 2;
    for (const [i, one] of wanted.entries()) {
      const start = starts[i];
      const place =
        start === undefined
          ? "no node to enter at."
          : placeFor(traced, one, start, {
              inSocket: options.mode === "ebpf",
              asked: options.address,
            });
      if (start === undefined || typeof place === "string") {
        more.push(`${one.from} -> ${one.to.service}:${one.to.port}: ${place}`);
        continue;
      }
      const atNs = lab.simulation.now;
      const result = yield* attempt(lab, one, { from: start.host, ...place });
      connections.push(connectionOf(traced, one, atNs, result));
      yield MS / 2;
    }
    yield 50 * MS;
    lab.simulation.stop();
  });
  if (connections.length === 0) checkAny([], more);
  return {
    capture: labCapture(lab),
    connections,
    tallies: [],
    leftOut: [...leftOut, ...more, ...beyondLimit(traced)],
  };
}

/** What the result of an attempt says to whoever reads it. */
export function connectionOf(
  traced: TracedCluster,
  { from, to, protocol }: Wanted,
  atNs: number,
  { kind, error, flow }: Attempt,
  originNs: number = 0,
): TracedConnection {
  const who = answererOf(traced, flow);
  return {
    from,
    to: `${to.service}:${to.port}`,
    protocol,
    atNs: atNs - originNs,
    kind,
    outcome: kind === "answered" ? `answered by ${who ?? "somebody"}` : error,
    way: flow === undefined ? undefined : packetWay(traced.lab, flow, originNs),
  };
}

/** Says so where endpoints are not in the capture. */
export function beyondLimit({ beyond }: TracedCluster): readonly string[] {
  if (beyond.size === 0) return [];
  return [`${beyond.size} pods on nodes beyond the ${MAX_NODES}th are not in the capture.`];
}

/** @throws {InvalidTrace} where there is nothing to capture */
export function checkAny(wanted: readonly Wanted[], leftOut: readonly string[]): void {
  if (wanted.length > 0) return;
  throw new InvalidTrace(
    "nothing-to-trace",
    `No connection can be captured. ${leftOut.join(" ")}`.trim(),
    "name a client and a Service that it calls.",
  );
}

/** Bytes of an answer, by Service: what the first of its callers expects. */
export function responseBytesOf(wanted: readonly Wanted[]): ReadonlyMap<string, number> {
  return new Map([...wanted].reverse().map(({ to, responseBytes }) => [to.service, responseBytes]));
}
