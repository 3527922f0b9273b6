import { invariant, type SimTime } from "@k8s-netsim/sim-core";
import type { Pod, Probe } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import type { RequestTraffic } from "../../traffic/index.ts";
import type { ProbesUnderLoad } from "./way-options.ts";

const SECOND_NS = 1_000_000_000;
/** Time of a worker that answering a probe takes unless told: an application that says "yes". */
const PROBE_SERVICE_NS = 1_000_000;

/** One pod under probes; counts in a row as the kubelet keeps them. */
interface ProbedPod {
  readonly uid: string;
  readonly index: number;
  readonly periodNs: number;
  readonly timeoutNs: SimTime;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  isReady: boolean;
  /** Results in a row that are like the last one. */
  inRow: number;
  lastSucceeded: boolean;
  isUnderWay: boolean;
}

/**
 * Readiness probes that the application must answer (`httpGet`, `grpc`) as requests of the kubelet: each
 * waits in the pod's queue for the pod's workers. `failureThreshold` failures in a row make the pod not
 * ready, `successThreshold` successes ready again; period, time-out and thresholds are those of the
 * manifest (10 s, 1 s, 3, 1). A pod is probed from its first readiness on: how it starts is the kubelet's
 * own rule. `tcpSocket` needs no worker to succeed, and `exec` runs beside the application: both go on
 * succeeding.
 *
 * Random stream: `kubelet/probe/POD`, the phase of pods that are ready when traffic begins.
 */
export class ReadinessProbing {
  readonly #cluster: Cluster;
  readonly #traffic: RequestTraffic;
  readonly #serviceNs: number;
  readonly #pods = new Map<number, ProbedPod>();

  constructor(cluster: Cluster, traffic: RequestTraffic, options: ProbesUnderLoad) {
    const { serviceNs = PROBE_SERVICE_NS } = options;
    invariant(serviceNs >= 0, "Answering a probe takes no negative time.");
    this.#cluster = cluster;
    this.#traffic = traffic;
    this.#serviceNs = serviceNs;
    for (const pod of cluster.pods) {
      if (pod.ready && pod.answering) this.#begin(pod.index, true);
    }
    cluster.onChange({
      podChanged: ({ index, ready, answering, gone }) => {
        if (gone || !answering) this.#pods.delete(index);
        else if (ready && !this.#pods.has(index)) this.#begin(index, false);
      },
    });
  }

  #begin(index: number, isAtRest: boolean): void {
    const { sim, pods, store } = this.#cluster;
    const entry = pods.at(index);
    const pod = entry && store.get<Pod>("Pod", entry.key);
    const probe = pod && answeredProbe(pod);
    if (entry === undefined || probe === undefined) return;
    const probed: ProbedPod = {
      uid: entry.uid,
      index,
      periodNs: (probe.periodSeconds ?? 10) * SECOND_NS,
      timeoutNs: ((probe.timeoutSeconds ?? 1) * SECOND_NS) as SimTime,
      failureThreshold: probe.failureThreshold ?? 3,
      successThreshold: probe.successThreshold ?? 1,
      isReady: true,
      inRow: 0,
      lastSucceeded: true,
      isUnderWay: false,
    };
    this.#pods.set(index, probed);
    const phase = isAtRest ? sim.random(`kubelet/probe/${entry.key}`).double() : 1;
    this.#tickAfter(probed, phase * probed.periodNs);
  }

  #tickAfter(probed: ProbedPod, delayNs: number): void {
    this.#cluster.sim.after(Math.round(delayNs), () => {
      if (this.#pods.get(probed.index) !== probed) return;
      this.#tickAfter(probed, probed.periodNs);
      // A worker probes one after another; ticks that come meanwhile are missed.
      if (!probed.isUnderWay) this.#probe(probed);
    });
  }

  #probe(probed: ProbedPod): void {
    probed.isUnderWay = true;
    const probe = { timeoutNs: probed.timeoutNs, serviceNs: this.#serviceNs };
    this.#traffic.probe(probed.index, probe, (succeeded) => {
      probed.isUnderWay = false;
      if (this.#pods.get(probed.index) === probed) this.#count(probed, succeeded);
    });
  }

  #count(probed: ProbedPod, succeeded: boolean): void {
    probed.inRow = succeeded === probed.lastSucceeded ? probed.inRow + 1 : 1;
    probed.lastSucceeded = succeeded;
    const threshold = succeeded ? probed.successThreshold : probed.failureThreshold;
    if (probed.isReady === succeeded || probed.inRow < threshold) return;
    probed.isReady = succeeded;
    this.#cluster.controlPlane.kubelets.probed(probed.uid, succeeded);
  }
}

/** The readiness probe that decides under load: that of the first container whose application answers it. */
function answeredProbe(pod: Pod): Probe | undefined {
  for (const { readinessProbe } of pod.spec.containers) {
    if (readinessProbe === undefined) continue;
    if ("httpGet" in readinessProbe || "grpc" in readinessProbe) return readinessProbe;
  }
  return undefined;
}
