import type { Distribution, EventId } from "@k8s-netsim/sim-core";
import { type Node, objectKey, type Pod } from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import type { PodAddresses } from "../addresses/pod-addresses.ts";
import {
  isPodReady,
  isPodTerminal,
  isPodTerminating,
  podAddresses,
} from "../endpoint-slice/endpoint-of-pod.ts";
import type { Informer } from "../runtime/informer.ts";
import { TokenBucket } from "../runtime/token-bucket.ts";
import type { Work } from "../runtime/work.ts";
import type { Timings } from "../timings.ts";
import { runningStatus } from "./pod-status.ts";
import { preStopNs, readyAfterNs } from "./readiness.ts";

/** Told the moment containers start or stop answering: the truth that no view is ahead of. */
export interface PodRuntime {
  podAnswers(uid: string): void;
  podStops(uid: string): void;
  /** The application is told to end (SIGTERM); it may serve on for a while. */
  podSignalled(uid: string): void;
}

interface PodRun {
  readonly uid: string;
  readonly key: string;
  readonly nodeName: string;
  addresses: readonly string[];
  stopping: boolean;
  answering: boolean;
  readonly events: Set<EventId>;
}

const DEFAULT_GRACE_SECONDS = 30;

/**
 * The kubelets of all nodes: they start the pods bound to their node, report when these run and are
 * ready, and stop and remove the deleted ones. A node that is down does nothing and its pods answer
 * nothing; when it comes back its containers start again.
 */
export class Kubelets {
  readonly #work: Work;
  readonly #store: Store;
  readonly #timings: Timings;
  readonly #addresses: PodAddresses;
  readonly #runtime: PodRuntime;
  readonly #pods: Informer<Pod>;
  readonly #runs = new Map<string, PodRun>();
  readonly #runsByNode = new Map<string, Set<PodRun>>();
  readonly #downSinceNs = new Map<string, number>();
  /** Nodes whose kubelet reaches no API server, with the pods deleted meanwhile. */
  readonly #isolated = new Map<string, Pod[]>();
  /** How far the clocks of nodes are ahead (ns), where they are. */
  readonly #clocksNs = new Map<string, number>();
  /** The client limit of each kubelet that has sent anything. */
  readonly #clients = new Map<string, TokenBucket>();

  constructor(
    work: Work,
    store: Store,
    timings: Timings,
    addresses: PodAddresses,
    pods: Informer<Pod>,
    runtime: PodRuntime,
  ) {
    this.#work = work;
    this.#store = store;
    this.#timings = timings;
    this.#addresses = addresses;
    this.#runtime = runtime;
    this.#pods = pods;
    pods.onEvent(({ type, key, object }) => {
      if (type === "DELETED") this.#forget(object);
      else this.#see(key, object);
    });
  }

  /** When a node went down (ns), while it is. */
  downSinceNs(nodeName: string): number | undefined {
    return this.#downSinceNs.get(nodeName);
  }

  get nodesDown(): ReadonlyMap<string, number> {
    return this.#downSinceNs;
  }

  /** Cuts a node off, now: its containers are gone and its kubelet is silent. */
  nodeDown(nodeName: string): void {
    if (this.#downSinceNs.has(nodeName)) return;
    this.#downSinceNs.set(nodeName, this.#work.now);
    for (const run of this.#runsByNode.get(nodeName) ?? []) {
      this.#cancel(run);
      this.#stopAnswering(run);
    }
  }

  /** Brings a node back: pods still bound to it start again, deleted ones are removed. */
  nodeUp(nodeName: string): void {
    if (!this.#downSinceNs.delete(nodeName)) return;
    for (const run of this.#runsByNode.get(nodeName) ?? []) this.#runs.delete(run.uid);
    this.#runsByNode.delete(nodeName);
    for (const pod of this.#pods.byIndex("node", nodeName)) {
      if (isPodTerminal(pod)) continue;
      const run = this.#track(objectKey(pod), pod);
      run.addresses = podAddresses(pod);
      if (isPodTerminating(pod)) this.#stop(run, pod);
      else this.#restart(run, pod);
    }
  }

  /** Parts a kubelet from the API servers: its pods run on, and nobody hears of them. */
  isolate(nodeName: string): void {
    if (!this.#isolated.has(nodeName)) this.#isolated.set(nodeName, []);
  }

  /** Lets a kubelet hear and report again: it ends what was deleted and reports what runs. */
  rejoin(nodeName: string): void {
    const deleted = this.#isolated.get(nodeName);
    if (deleted === undefined) return;
    this.#isolated.delete(nodeName);
    for (const pod of deleted) this.#forget(pod);
    for (const pod of this.#pods.byIndex("node", nodeName)) {
      this.#see(objectKey(pod), pod);
      const run = this.#runs.get(pod.metadata.uid ?? "");
      if (run === undefined) continue;
      if (run.stopping && run.events.size === 0) this.#remove(run);
      else if (run.answering && !run.stopping && !isPodReady(pod)) this.#report(run, true);
    }
  }

  /** Sets how far the clock of a node is ahead: it dates the conditions that its kubelet reports. */
  setClock(nodeName: string, aheadNs: number): void {
    this.#clocksNs.set(nodeName, aheadNs);
  }

  /** The readiness probe of a running pod has changed its mind: reported unless the pod is stopping. */
  probed(uid: string, ready: boolean): void {
    const run = this.#runs.get(uid);
    if (run?.answering === true && !run.stopping) this.#report(run, ready);
  }

  #see(key: string, pod: Pod): void {
    const { nodeName = "" } = pod.spec;
    if (this.#isolated.has(nodeName)) return;
    if (nodeName === "" || isPodTerminal(pod) || this.#downSinceNs.has(nodeName)) return;
    const known = this.#runs.get(pod.metadata.uid ?? "");
    const run = known ?? this.#track(key, pod);
    if (known === undefined) this.#begin(run, pod);
    if (isPodTerminating(pod) && !run.stopping) this.#stop(run, pod);
  }

  /** A pod seen for the first time: one that runs already came with the input. */
  #begin(run: PodRun, pod: Pod): void {
    const addresses = podAddresses(pod);
    if (pod.status?.phase === "Running" && addresses.length > 0) {
      this.#addresses.reserve(pod);
      run.addresses = addresses;
      this.#answer(run);
      return;
    }
    if (!isPodTerminating(pod)) this.#start(run, pod);
  }

  #start(run: PodRun, pod: Pod): void {
    const { imagePull, podStart } = this.#timings;
    const pullNs = this.#sample("image-pull", run, imagePull);
    const startNs = this.#sample("pod-start", run, podStart);
    this.#after(run, pullNs + startNs, () => {
      if (run.addresses.length === 0) run.addresses = this.#addressesFor(run, pod);
      this.#containersRun(run, pod);
    });
  }

  /** After an outage: not ready first, then as at the first start, with the same addresses. */
  #restart(run: PodRun, pod: Pod): void {
    if (isPodReady(pod)) this.#report(run, false);
    this.#start(run, pod);
  }

  #containersRun(run: PodRun, pod: Pod): void {
    const applicationNs = this.#sample("application-start", run, this.#timings.applicationStart);
    const readyNs = readyAfterNs(pod, applicationNs);
    this.#after(run, applicationNs, () => this.#answer(run));
    this.#report(run, readyNs === 0);
    if (readyNs > 0) this.#after(run, readyNs, () => this.#report(run, true));
  }

  #addressesFor({ nodeName }: PodRun, pod: Pod): readonly string[] {
    if (pod.spec.hostNetwork !== true) return this.#addresses.allocate(nodeName);
    const node = this.#store.get<Node>("Node", nodeName);
    const internal = (node?.status?.addresses ?? []).filter(({ type }) => type === "InternalIP");
    return internal.map(({ address }) => address);
  }

  #stop(run: PodRun, pod: Pod): void {
    run.stopping = true;
    const grace =
      pod.metadata.deletionGracePeriodSeconds ??
      pod.spec.terminationGracePeriodSeconds ??
      DEFAULT_GRACE_SECONDS;
    const hookNs = preStopNs(pod);
    const stopNs = hookNs + this.#sample("pod-stop", run, this.#timings.podStop);
    const running = run.answering || run.addresses.length > 0;
    if (running && hookNs < Math.min(grace * 1e9, stopNs)) {
      this.#after(run, hookNs, () => this.#runtime.podSignalled(run.uid));
    }
    this.#after(run, running ? Math.min(grace * 1e9, stopNs) : 0, () => {
      this.#cancel(run);
      this.#stopAnswering(run);
      this.#work.after(this.#requestNs(run), () => this.#remove(run));
    });
  }

  #remove(run: PodRun): void {
    if (this.#isolated.has(run.nodeName)) return;
    const pod = this.#store.get<Pod>("Pod", run.key);
    if (pod?.metadata.uid === run.uid) this.#store.delete("Pod", run.key);
  }

  #forget(pod: Pod): void {
    const run = this.#runs.get(pod.metadata.uid ?? "");
    if (run === undefined) return;
    const deleted = this.#isolated.get(run.nodeName);
    if (deleted !== undefined) {
      deleted.push(pod);
      return;
    }
    this.#cancel(run);
    this.#stopAnswering(run);
    if (pod.spec.hostNetwork !== true) this.#addresses.release(run.addresses);
    this.#runs.delete(run.uid);
    this.#runsByNode.get(run.nodeName)?.delete(run);
  }

  #report(run: PodRun, ready: boolean): void {
    const changedNs = this.#work.now + (this.#clocksNs.get(run.nodeName) ?? 0);
    this.#after(run, this.#requestNs(run), () => {
      if (this.#isolated.has(run.nodeName)) return;
      const pod = this.#store.get<Pod>("Pod", run.key);
      if (pod?.metadata.uid !== run.uid) return;
      this.#store.update<Pod>("Pod", run.key, (draft) => {
        const status = runningStatus(pod, run.addresses, ready, changedNs);
        draft.status = status as NonNullable<typeof draft.status>;
      });
    });
  }

  /** From a change on a node until the API server has it (ns), after the kubelet's own limit. */
  #requestNs({ nodeName }: PodRun): number {
    const { statusUpdateNs, apiWriteNs, kubeletQps, kubeletBurst } = this.#timings;
    const client = this.#clients.get(nodeName) ?? new TokenBucket(kubeletQps, kubeletBurst);
    this.#clients.set(nodeName, client);
    const readyNs = this.#work.now + statusUpdateNs;
    return client.take(readyNs) - this.#work.now + apiWriteNs;
  }

  #answer(run: PodRun): void {
    if (run.answering) return;
    run.answering = true;
    this.#runtime.podAnswers(run.uid);
  }

  #stopAnswering(run: PodRun): void {
    if (!run.answering) return;
    run.answering = false;
    this.#runtime.podStops(run.uid);
  }

  #track(key: string, pod: Pod): PodRun {
    const { nodeName = "" } = pod.spec;
    const run: PodRun = {
      uid: pod.metadata.uid ?? "",
      key,
      nodeName,
      addresses: [],
      stopping: false,
      answering: false,
      events: new Set(),
    };
    this.#runs.set(run.uid, run);
    const onNode = this.#runsByNode.get(nodeName) ?? new Set();
    this.#runsByNode.set(nodeName, onNode.add(run));
    return run;
  }

  /** An event that the end of the pod, or of its node, takes back. */
  #after(run: PodRun, delayNs: number, action: () => void): void {
    const event = this.#work.after(delayNs, () => {
      run.events.delete(event);
      action();
    });
    run.events.add(event);
  }

  #cancel(run: PodRun): void {
    for (const event of run.events) this.#work.cancel(event);
    run.events.clear();
  }

  /** From a stream of the pod's own name, so that one more pod shifts nobody's delays. */
  #sample(purpose: string, { key }: PodRun, distribution: Distribution): number {
    if (distribution.variance === 0) return distribution.mean;
    const stream = this.#work.sim.random(`kubelet/${purpose}/${key}`, { shared: true });
    return Math.max(0, Math.round(distribution.sample(stream)));
  }
}
