import { Signal, type SimTime, type Steps, timeOut } from "@k8s-netsim/sim-core";
import type { Cluster } from "../../cluster/index.ts";
import type { ProgrammedView } from "../../data-plane/index.ts";
import type { TrafficSpec } from "../../traffic/index.ts";
import { FailureTracer } from "../world/failure-tracer.ts";
import type { WatchedWorld } from "../world/live-run.ts";
import { chosenPod } from "./answerer.ts";
import { type Attempt, attempt, keptConnection } from "./attempts.ts";
import { type Place, placeFor, type Start } from "./places.ts";
import { entryNodes, nodesOf, startOf } from "./starts.ts";
import type { TraceOptions } from "./trace-options.ts";
import { checkAny, responseBytesOf } from "./trace-traffic.ts";
import { TracedCluster } from "./traced-cluster.ts";
import { CLIENT, clientPods, type Wanted, wantedConnections } from "./wanted.ts";

const MS = 1_000_000;
/** New connections of each kind of traffic over a whole run. */
const ATTEMPTS = 1000;
const MIN_INTERVAL_NS = 20 * MS;
/** After a pod's end connections come thick and fast, to meet what views make of it: how often, how many. */
const RUSH: readonly (readonly [everyNs: number, count: number])[] = [
  [2 * MS, 50],
  [10 * MS, 100],
  [50 * MS, 100],
];
/** Between two requests on a connection that stays open. */
const KEPT_INTERVAL_NS = 2000 * MS;
/** Before a connection that broke is opened anew. */
const RECONNECT_NS = 200 * MS;
/** One connection that was tried, and what became of it. */
export interface Tried {
  readonly wanted: Wanted;
  readonly keptOpen: boolean;
  readonly atNs: number;
  /** What the node's proxy had in force then. */
  readonly chosenAt: ProgrammedView;
  readonly node: number;
  readonly result: Attempt;
  readonly endedNs: number;
}

interface Way {
  readonly wanted: Wanted;
  readonly start: Start;
  readonly place: Place;
}

/**
 * Clients that open connections all along a run: of each kind of traffic one after another, many after a
 * pod's end, and one that stays open.
 */
export class RunClients {
  readonly #cluster: Cluster;
  readonly traced: TracedCluster;
  readonly #options: TraceOptions;
  readonly #span: { readonly originNs: number; readonly endNs: number };
  readonly leftOut: Set<string>;
  readonly tracer: FailureTracer;
  readonly tried: Tried[] = [];
  readonly #wanted: readonly Wanted[];
  /** Fires when the next pod ends. */
  #ended: Signal<void> = new Signal("a pod's end");
  #rushes = false;

  constructor(
    { cluster, originNs, endNs }: WatchedWorld,
    traffic: TrafficSpec,
    options: TraceOptions,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#span = { originNs, endNs };
    const { wanted, leftOut } = wantedConnections(cluster, traffic, options.family);
    checkAny(wanted, leftOut);
    this.#wanted = wanted;
    this.leftOut = new Set(leftOut);
    this.tracer = new FailureTracer(cluster, originNs);
    const workloads = new Set(wanted.flatMap(({ workload }) => workload ?? []));
    const clients = [...workloads].flatMap((one) => clientPods(cluster, one));
    const starts = [
      ...wanted.map((one) => startOf(cluster, one)),
      ...clients.map((pod) => startOf(cluster, { ...(wanted[0] as Wanted), ...this.#pod(pod) })),
    ];
    this.traced = new TracedCluster(cluster, {
      seed: options.seed,
      mode: options.mode,
      network: options.network,
      services: new Set(wanted.map(({ to }) => to.service)),
      nodes: nodesOf(cluster, wanted, starts),
      withSpareNodes: true,
      isClient: (pod) => [...workloads].some((one) => isOf(cluster, pod, one)),
      responseBytes: responseBytesOf(wanted),
      simulation: cluster.sim,
    });
    for (const one of wanted) {
      this.#start(() => this.#openMany(one));
      if (one.protocol === "TCP") this.#start(() => this.#keepOne(one));
    }
    this.traced.onPodEnd = () => this.#podEnded();
  }

  #start(body: () => Steps<void>): void {
    const { sim } = this.#cluster;
    sim.at(Math.max(this.#span.originNs, sim.now) as SimTime, () => {
      sim.process("traced client", body, { background: true });
    });
  }

  /** New connections, one after another at even times, from all pods of the workload in turn. */
  *#openMany(wanted: Wanted): Steps<void> {
    const { originNs, endNs } = this.#span;
    const intervalNs = Math.max(MIN_INTERVAL_NS, Math.floor((endNs - originNs) / ATTEMPTS));
    for (let turn = 0; this.#cluster.sim.now < endNs; turn++) {
      this.#cluster.sim.process("traced connection", () => this.#open(wanted, turn), {
        background: true,
      });
      yield intervalNs;
    }
  }

  /** Views lag behind: clients that are busy just now notice. */
  #podEnded(): void {
    const { sim } = this.#cluster;
    if (sim.now < this.#span.originNs || sim.now >= this.#span.endNs) return;
    const [ended, again] = [this.#ended, new Signal<void>("a pod's end")];
    this.#ended = again;
    ended.fire();
    if (this.#rushes) return;
    this.#rushes = true;
    sim.process("traced rush", () => this.#rush(), { background: true });
  }

  *#rush(): Steps<void> {
    let turn = 0;
    for (const [everyNs, count] of RUSH) {
      for (let i = 0; i < count && this.#cluster.sim.now < this.#span.endNs; i++, turn++) {
        for (const one of this.#wanted) {
          const at = turn;
          this.#cluster.sim.process("traced connection", () => this.#open(one, at), {
            background: true,
          });
        }
        yield everyNs;
      }
    }
    this.#rushes = false;
  }

  *#open(wanted: Wanted, turn: number): Steps<void> {
    const way = this.#wayOf(wanted, turn);
    if (way === undefined) return;
    const { sim } = this.#cluster;
    const { lab } = this.traced;
    const atNs = sim.now;
    const chosenAt = this.#viewAt(way.start);
    const result = yield* attempt(lab, way.wanted, { from: way.start.host, ...way.place });
    this.#note(way, { atNs, chosenAt, keptOpen: false, result });
  }

  /** One connection that stays open, and the next one when it breaks. */
  *#keepOne(wanted: Wanted): Steps<void> {
    const lastNs = this.#span.endNs - 2 * KEPT_INTERVAL_NS;
    const isOver = (): boolean => this.#cluster.sim.now >= lastNs;
    for (let turn = 0; !isOver(); turn++) {
      const way = this.#wayOf(wanted, turn);
      if (way !== undefined) {
        const atNs = this.#cluster.sim.now;
        const chosenAt = this.#viewAt(way.start);
        const target = { from: way.start.host, ...way.place };
        const result = yield* keptConnection(this.traced.lab, way.wanted, target, {
          pause: () => timeOut(this.#ended, KEPT_INTERVAL_NS),
          isOver,
        });
        this.#note(way, { atNs, chosenAt, keptOpen: true, result });
      }
      yield RECONNECT_NS;
    }
  }

  /** From where to where a connection goes this time; undefined where nobody could open one. */
  #wayOf(wanted: Wanted, turn: number): Way | undefined {
    const { workload, zone } = wanted;
    const starts =
      workload === undefined
        ? entryNodes(this.#cluster, zone).flatMap((node) =>
            this.traced.plannedNode(node) === undefined ? [] : [{ host: CLIENT, node }],
          )
        : clientPods(this.#cluster, workload).flatMap((pod) => {
            const node = this.traced.nodeOf(pod);
            return node === undefined ? [] : [{ host: this.#pod(pod).from, node }];
          });
    const start = starts[turn % Math.max(1, starts.length)];
    if (start === undefined) return undefined;
    const place = placeFor(this.traced, wanted, start, {
      inSocket: this.#options.mode === "ebpf",
      asked: this.#options.address,
    });
    if (typeof place === "string") {
      this.leftOut.add(`${start.host} -> ${wanted.to.service}:${wanted.to.port}: ${place}`);
      return undefined;
    }
    return { wanted: { ...wanted, from: start.host }, start, place };
  }

  #viewAt({ node }: Start): ProgrammedView {
    const { proxies, sim } = this.#cluster;
    return proxies.programmed(this.traced.plannedNode(node)?.index ?? -1, sim.now);
  }

  #pod(index: number): { readonly pod: number; readonly from: string } {
    return { pod: index, from: this.#cluster.pods.at(index)?.key ?? "" };
  }

  #note({ wanted, start }: Way, tried: Omit<Tried, "wanted" | "node" | "endedNs">): void {
    const node = this.traced.plannedNode(start.node)?.index ?? -1;
    const { kind, establishedNs, flow } = tried.result;
    this.tried.push({ ...tried, wanted, node, endedNs: this.#cluster.sim.now });
    if (kind === "answered" || kind === "unreachable") return;
    const pod = chosenPod(this.traced, flow);
    this.tracer.failed({
      failure: kind,
      servicePort: -1,
      node,
      pod,
      service: wanted.to.service,
      port: wanted.to.port,
      byBalancer: false,
      isCut: this.#isCut(node, pod),
      chosenAt: tried.chosenAt,
      ...(establishedNs === undefined ? {} : { establishedAtNs: establishedNs }),
    });
  }

  #isCut(node: number, pod: number): boolean {
    const { nodes, pods, faults } = this.#cluster;
    const [zone, other] = [nodes.at(node)?.zone, nodes.at(pods.at(pod)?.nodeIndex ?? -1)?.zone];
    return zone !== undefined && other !== undefined && faults.zoneCuts.separates(zone, other);
  }
}

function isOf(cluster: Cluster, pod: number, workload: string): boolean {
  return clientPods(cluster, workload).includes(pod);
}
