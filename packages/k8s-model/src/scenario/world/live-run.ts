import { type SimTime, Simulation } from "@k8s-netsim/sim-core";
import type { KubeObject } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import type { Timings } from "../../control-plane/index.ts";
import type { LoadBalancer } from "../../data-plane/index.ts";
import {
  compileTraffic,
  type Network,
  RequestTraffic,
  type TrafficLedger,
  type TrafficPlan,
  type TrafficSpec,
} from "../../traffic/index.ts";
import type { FaultDefinition } from "../definition/fault-definition.ts";
import type { WorkloadChange } from "../definition/workload-change.ts";
import { type RunSettings, replicationSeed } from "../what-if/settings.ts";
import { isAutoscaler, podCpuCounters } from "./autoscaling.ts";
import { ClusterNetwork } from "./cluster-network.ts";
import { type DrainReport, drainReports } from "./drain-report.ts";
import type { FailureTrace } from "./failure-trace.ts";
import { FailureTracer } from "./failure-tracer.ts";
import { scheduleFault } from "./faults.ts";
import type { ServiceProxyMode } from "./proxy-mode.ts";
import { ReadinessProbing } from "./readiness-probing.ts";
import { changeObjects, clusterOf, workloadKeysOf } from "./resting-cluster.ts";
import { trafficWays } from "./traffic-ways.ts";
import type { WayOptions } from "./way-options.ts";
import { scheduleWorkloadChange } from "./workload-changes.ts";

export interface LiveRunOptions {
  /** The cluster at the start, defaults filled in. */
  readonly objects: readonly KubeObject[];
  readonly traffic: TrafficSpec;
  readonly settings: RunSettings;
  readonly replication: number;
  readonly kubernetesVersion: string;
  /** Puts the retired `spec.topologyKeys` in force, whatever the release. */
  readonly topologyKeys?: boolean;
  readonly serviceProxy?: ServiceProxyMode | undefined;
  /** The objects as they are from a time after warm-up on. */
  readonly change?: { readonly atNs: SimTime; readonly objects: readonly KubeObject[] };
  /** Objects that are applied on the way, defaults filled in. */
  readonly applied?: readonly { readonly atNs: SimTime; readonly objects: readonly KubeObject[] }[];
  readonly gracefulShutdown?: boolean | undefined;
  /** What is done to workloads on the way. */
  readonly workloadChanges?: readonly WorkloadChange[];
  readonly loadBalancer?: LoadBalancer | undefined;
  /** Times count from the end of warm-up. */
  readonly faults: readonly FaultDefinition[];
  readonly binNs: SimTime;
  /** Of the control plane and the proxies, where not as by default. */
  readonly timings?: Partial<Timings> | undefined;
  /** Looks on, from before the first request on the run's own clock. */
  readonly watch?: (world: WatchedWorld) => void;
}

/** A run for whoever looks on. */
export interface WatchedWorld {
  readonly cluster: Cluster;
  /** The end of warm-up, and of the measured time. */
  readonly originNs: SimTime;
  readonly endNs: SimTime;
}

export interface LiveRun {
  readonly ledger: TrafficLedger;
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly cluster: Cluster;
  /** A sample of the attempts that failed, followed back to their causes. */
  readonly failures: readonly FailureTrace[];
  readonly drains: readonly DrainReport[];
}

/** How long requests in flight are followed beyond the end of the measured time. */
const DRAIN_STEP_NS = 1_000_000_000;
const MAX_DRAIN_STEPS = 3_600;

/** One replication in which control plane and traffic share a clock, so that changes take their time. */
export function liveRun(options: LiveRunOptions): LiveRun {
  const { settings, traffic: spec } = options;
  const sim = new Simulation({ seed: replicationSeed(settings.seed, options.replication) });
  const check = settings.check === true;
  const cluster = clusterOf(sim, options.objects, { ...options, check }, options.timings);
  const later = options.change?.objects ?? [];
  const plan = compileTraffic(spec, workloadKeysOf(cluster, [...options.objects, ...later]));
  const network = new ClusterNetwork(cluster, plan, options.loadBalancer);
  const measureFromNs = (sim.now + settings.warmUpNs) as SimTime;
  const endNs = (measureFromNs + settings.lengthNs) as SimTime;
  const tracer = new FailureTracer(cluster, measureFromNs);
  network.traceFailures(tracer);
  if (options.gracefulShutdown === true) network.endGracefully();
  const traffic = new RequestTraffic({
    sim,
    plan,
    network,
    roundTripTimes: settings.roundTripTimes,
    ...trafficWays(sim, plan, network, settings.ways),
    measureFromNs,
    endNs,
    binNs: options.binNs,
  });
  followPods(cluster, traffic);
  if ([...options.objects, ...later].some(isAutoscaler)) {
    cluster.controlPlane.autoscaler.measure(podCpuCounters(cluster, traffic, plan, network));
  }
  for (const autoscaler of options.objects.filter(isAutoscaler)) cluster.apply(autoscaler);
  probeUnderLoad(cluster, traffic, settings.ways?.probesUnderLoad);
  options.watch?.({ cluster, originNs: measureFromNs, endNs });
  traffic.start();
  if (options.change !== undefined) {
    const { atNs, objects } = options.change;
    sim.at((measureFromNs + atNs) as SimTime, () =>
      changeObjects(cluster, options.objects, objects),
    );
  }
  for (const { atNs, objects } of options.applied ?? []) {
    sim.at((measureFromNs + atNs) as SimTime, () => {
      for (const object of objects) cluster.apply(object);
    });
  }
  for (const change of options.workloadChanges ?? []) {
    scheduleWorkloadChange(cluster, change, measureFromNs);
  }
  for (const fault of options.faults) scheduleFault(cluster, fault, measureFromNs);
  sim.runUntil(endNs);
  for (let step = 0; traffic.inFlight > 0 && step < MAX_DRAIN_STEPS; step++) {
    sim.runUntil((sim.now + DRAIN_STEP_NS) as SimTime);
  }
  cluster.invariants?.check();
  return {
    ledger: traffic.ledger,
    plan,
    network,
    cluster,
    failures: tracer.end(),
    drains: drainReports(cluster, measureFromNs),
  };
}

function probeUnderLoad(
  cluster: Cluster,
  traffic: RequestTraffic,
  asked: WayOptions["probesUnderLoad"] = false,
): void {
  if (asked === false) return;
  new ReadinessProbing(cluster, traffic, asked === true ? {} : asked);
}

/** Tells traffic of every pod that stops, so that what it was working on is lost. */
function followPods(cluster: Cluster, traffic: RequestTraffic): void {
  const answering = new Set<number>();
  for (const pod of cluster.pods) if (pod.answering) answering.add(pod.index);
  cluster.onChange({
    podChanged: ({ index, answering: answers }) => {
      if (answers) answering.add(index);
      else if (answering.delete(index)) traffic.podStopped(index);
    },
  });
}
