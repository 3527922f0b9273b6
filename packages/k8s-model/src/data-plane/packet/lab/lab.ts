import { type ProcessBody, Simulation } from "@k8s-netsim/sim-core";
import type { CleanedService } from "../../conntrack/index.ts";
import { type Host, LINUX_6_18, type NetworkNamespace, type TcpProfile } from "../host/index.ts";
import type { NetworkInterface } from "../link/index.ts";
import type { RuleStep, TrackingEvent } from "../netfilter/index.ts";
import type { Packet } from "../wire/index.ts";
import { CauseBook, type Causes } from "./causes.ts";
import { FlowBook } from "./flow-book.ts";
import { LabNetwork, type PodNetwork } from "./lab-network.ts";
import type { EndpointCondition, LabService } from "./lab-services.ts";
import { LAB_SERVICES, serviceObject, sliceObjects } from "./lab-services.ts";
import {
  type KnownServices,
  NODE_PROXY_TIMINGS,
  NodeProxy,
  type NodeProxyTimings,
} from "./node-proxy.ts";
import {
  type LabPlan,
  PACKET_LAB,
  type PlannedBridge,
  type PlannedNode,
  type PlannedPod,
} from "./plan.ts";
import type { ProxyMode } from "./proxier.ts";
import type { Note, Sighting, TrackingTable } from "./sighting.ts";

export interface LabOptions {
  readonly seed: string;
  /** A clock that the lab shares with others; its own where absent. */
  readonly simulation?: Simulation;
  readonly mode: ProxyMode;
  readonly network?: PodNetwork;
  readonly plan?: LabPlan;
  readonly services?: readonly LabService[];
  /** Services with their slices as an API server holds them, beside `services`. */
  readonly cluster?: readonly CleanedService[];
  readonly bridge?: PlannedBridge;
  readonly tcp?: TcpProfile;
  readonly timings?: NodeProxyTimings;
  readonly icmpRateLimitMs?: number;
  /** Whether causes are gathered: which rule did what to a packet, and why one ended. */
  readonly explains?: boolean;
  /** Whether packets between two hosts of the underlay are lost now. */
  readonly separates?: (from: string, to: string) => boolean;
  /** Told of every rule that a node looks at. */
  readonly watchRules?: (node: string, step: RuleStep) => void;
}

/**
 * The packet lab: nodes with kube-proxy's rules, pods, an outside client, every interface captured.
 *
 * Random choices draw from the streams `packet/<namespace>/ports`, `packet/<node>/translation` (ports of
 * masqueraded connections) and `packet/<node>/rules` (endpoints).
 */
export class Lab {
  readonly simulation: Simulation;
  readonly plan: LabPlan;
  readonly mode: ProxyMode;
  readonly network: PodNetwork;
  readonly sightings: Sighting[] = [];
  readonly notes: Note[] = [];
  readonly tables: TrackingTable[] = [];
  readonly #options: LabOptions;
  readonly #network: LabNetwork;
  readonly #proxies: NodeProxy[] = [];
  readonly #services = new Map<string, LabService>();
  readonly #conditions = new Map<string, EndpointCondition>();
  readonly #book: CauseBook | undefined;
  /** Which frames belong to one connection; kept where causes are. */
  readonly flows: FlowBook | undefined;

  constructor(options: LabOptions) {
    this.#options = options;
    this.simulation = options.simulation ?? new Simulation({ seed: options.seed });
    this.plan = options.plan ?? PACKET_LAB;
    this.mode = options.mode;
    this.network = options.network ?? "routed";
    if (options.explains === true) {
      this.flows = new FlowBook();
      this.#book = new CauseBook(this.sightings, this.flows);
    }
    for (const one of options.services ?? LAB_SERVICES) this.#services.set(one.name, one);
    this.#network = new LabNetwork(this.simulation, {
      plan: this.plan,
      network: this.network,
      tcp: options.tcp ?? LINUX_6_18,
      bridge: options.bridge,
      icmpRateLimitMs: options.icmpRateLimitMs,
      separates: options.separates,
    });
    for (const one of this.#network.captured) this.#capture(one);
    for (const { namespace } of this.#network.hosts.values()) this.#follow(namespace);
    for (const node of this.plan.nodes) this.#proxy(this.host(node.name).namespace, node);
  }

  host(name: string): Host {
    const found = this.#network.hosts.get(name);
    if (found === undefined) throw new RangeError(`The lab has no host "${name}".`);
    return found;
  }

  get hosts(): readonly string[] {
    return [...this.#network.hosts.keys()];
  }

  get proxies(): readonly NodeProxy[] {
    return this.#proxies;
  }

  get services(): readonly LabService[] {
    return [...this.#services.values()];
  }

  /** Interfaces that are captured, in the order in which they were made. */
  get interfaces(): readonly NetworkInterface[] {
    return this.#network.captured;
  }

  /** Why packets look as they do; empty unless the lab was asked to explain. */
  get causes(): Causes {
    return this.#book?.causes ?? new Map();
  }

  /** Says something about a frame that was seen. */
  comment(sighting: Sighting, text: string): void {
    this.#book?.tell(sighting, text);
  }

  /** What a node's connection tracking told, in order. */
  events(node: string): readonly TrackingEvent[] {
    return this.#network.events.get(node) ?? [];
  }

  /** Plays a situation to its end. */
  play(body: ProcessBody): void {
    this.simulation.process("situation", body);
    this.simulation.run();
  }

  note(what: string, result: unknown): void {
    this.notes.push({ atNs: this.simulation.now, what, result });
  }

  /** Writes down the connection tracking of all nodes. */
  recordTables(when: string): void {
    const entries = this.#proxies.map(({ node: { name } }) => [
      name,
      this.host(name).namespace.netfilter?.tracking.list() ?? [],
    ]);
    this.tables.push({ when, entries: Object.fromEntries(entries) });
  }

  service(name: string): LabService {
    const found = this.#services.get(name);
    if (found === undefined) throw new RangeError(`The lab has no Service "${name}".`);
    return found;
  }

  /** Writes a Service with other endpoints, or in other conditions, to the API. */
  change(
    name: string,
    endpoints: readonly string[],
    conditions: Readonly<Record<string, EndpointCondition>> = {},
  ): void {
    this.#services.set(name, { ...this.service(name), endpoints });
    for (const endpoint of endpoints) this.#conditions.delete(`${name}/${endpoint}`);
    for (const [endpoint, condition] of Object.entries(conditions)) {
      this.#conditions.set(`${name}/${endpoint}`, condition);
    }
    this.#tell(name);
  }

  deleteService(name: string): void {
    this.#services.delete(name);
    this.#tell(name);
  }

  /** A pod and its cable vanish; whoever lists it does not know yet. */
  deletePod(name: string): void {
    const node = this.plan.nodes.find(({ pods }) => pods.some((pod) => pod.name === name));
    if (node !== undefined) this.#network.removePod(node.name, name);
  }

  /** A pod that comes to a node after the start; it is captured, too. */
  addPod(node: PlannedNode, pod: PlannedPod): void {
    const inside = this.#network.addPod(node, pod);
    if (inside === undefined) return;
    this.#capture(inside);
    this.#follow(this.host(pod.name).namespace);
  }

  /** A pod of whatever time vanishes from a node. */
  removePod(node: string, pod: string): void {
    this.#network.removePod(node, pod);
  }

  /** Cuts a node off, with its pods, or connects it again. */
  setNodeUp(node: string, isUp: boolean): void {
    this.#network.setNodeUp(node, isUp);
  }

  #capture(one: NetworkInterface): void {
    one.tap(({ frame, sent }) => {
      const sighting = { atNs: this.simulation.now, interface: one.name, sent, frame };
      this.sightings.push(sighting);
      this.flows?.seen(sighting);
      this.#book?.seen(sighting);
    });
  }

  #follow(namespace: NetworkNamespace): void {
    const { flows } = this;
    const book = this.#book;
    if (book === undefined || flows === undefined) return;
    namespace.follow = (happening) => book.happened(happening);
    namespace.explain = (reason) => book.because(namespace.name, reason);
    namespace.netfilter?.tracking.listen((event) => flows.tracked(namespace.name, event));
  }

  #known(): KnownServices {
    const known = new Map((this.#options.cluster ?? []).map((one) => [keyOf(one), one] as const));
    for (const [name, service] of this.#services) {
      const conditions = new Map<string, EndpointCondition>();
      for (const endpoint of service.endpoints) {
        const condition = this.#conditions.get(`${name}/${endpoint}`);
        if (condition !== undefined) conditions.set(endpoint, condition);
      }
      const slices = sliceObjects(service, this.plan, conditions);
      known.set(name, { service: serviceObject(service), slices });
    }
    return known;
  }

  #tell(name: string): void {
    const known = this.#known();
    for (const proxy of this.#proxies) proxy.tell(known, name);
  }

  #proxy(namespace: NetworkNamespace, node: PlannedNode): void {
    const draws = this.simulation.random(`packet/${node.name}/rules`);
    const { watchRules, timings = NODE_PROXY_TIMINGS } = this.#options;
    const around = {
      isLocalAddress: (address: string) => namespace.isLocalAddress(address),
      now: () => this.simulation.now as number,
      draw: () => draws.double(),
      watch:
        watchRules === undefined && this.#book === undefined
          ? undefined
          : (step: RuleStep, packet: Packet) => {
              watchRules?.(node.name, step);
              this.#book?.rule(node.name, step, packet);
            },
    };
    const proxy = new NodeProxy(namespace, node, this.plan, this.mode, around, timings);
    proxy.start(this.#known());
    this.#proxies.push(proxy);
  }
}

function keyOf({ service: { metadata } }: CleanedService): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}
