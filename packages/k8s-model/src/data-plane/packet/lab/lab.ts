import { type ProcessBody, type RandomStream, Simulation } from "@k8s-netsim/sim-core";
import { Bridge, Host, LINUX_6_18, NetworkNamespace, type TcpProfile } from "../host/index.ts";
import {
  carriesFrames,
  type Encapsulation,
  EthernetSegment,
  NetworkInterface,
  Tunnel,
  VethPair,
} from "../link/index.ts";
import {
  ConnectionTracking,
  Netfilter,
  type RuleStep,
  type TrackingEvent,
} from "../netfilter/index.ts";
import type { Packet } from "../wire/index.ts";
import { CauseBook, type Causes } from "./causes.ts";
import type { EndpointCondition, LabService } from "./lab-services.ts";
import { LAB_SERVICES, serviceObject, sliceObject } from "./lab-services.ts";
import {
  type KnownServices,
  knownService,
  NODE_PROXY_TIMINGS,
  NodeProxy,
  type NodeProxyTimings,
  type ProxyMode,
} from "./node-proxy.ts";
import { type LabPlan, PACKET_LAB, type PlannedBridge, type PlannedNode } from "./plan.ts";
import type { Note, Sighting, TrackingTable } from "./sighting.ts";

/** How packets get from node to node. */
export type PodNetwork = "routed" | Encapsulation;

export interface LabOptions {
  readonly seed: string;
  readonly mode: ProxyMode;
  readonly network?: PodNetwork;
  readonly plan?: LabPlan;
  readonly services?: readonly LabService[];
  readonly bridge?: PlannedBridge;
  readonly tcp?: TcpProfile;
  readonly timings?: NodeProxyTimings;
  readonly icmpRateLimitMs?: number;
  /** Whether causes are gathered: which rule did what to a packet, and why one ended. */
  readonly explains?: boolean;
  /** Told of every rule that a node looks at. */
  readonly watchRules?: (node: string, step: RuleStep) => void;
}

const HOP_NS = 10_000;

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
  readonly #hosts = new Map<string, Host>();
  readonly #proxies: NodeProxy[] = [];
  readonly #underlay: EthernetSegment;
  readonly #events = new Map<string, TrackingEvent[]>();
  readonly #services = new Map<string, LabService>();
  readonly #conditions = new Map<string, EndpointCondition>();
  readonly #captured: NetworkInterface[] = [];
  readonly #book: CauseBook | undefined;

  constructor(options: LabOptions) {
    this.#options = options;
    this.simulation = new Simulation({ seed: options.seed });
    this.plan = options.plan ?? PACKET_LAB;
    this.mode = options.mode;
    this.network = options.network ?? "routed";
    this.#book = options.explains === true ? new CauseBook(this.sightings) : undefined;
    this.#underlay = new EthernetSegment(this.simulation, HOP_NS);
    for (const service of options.services ?? LAB_SERVICES)
      this.#services.set(service.name, service);
    this.#client();
    for (const node of this.plan.nodes) this.#node(node);
    if (options.bridge !== undefined) this.#bridge(options.bridge);
  }

  host(name: string): Host {
    const found = this.#hosts.get(name);
    if (found === undefined) throw new RangeError(`The lab has no host "${name}".`);
    return found;
  }

  get hosts(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  get proxies(): readonly NodeProxy[] {
    return this.#proxies;
  }

  get services(): readonly LabService[] {
    return [...this.#services.values()];
  }

  /** Interfaces that are captured, in the order in which they were made. */
  get interfaces(): readonly NetworkInterface[] {
    return this.#captured;
  }

  /** Why packets look as they do; empty unless the lab was asked to explain. */
  get causes(): Causes {
    return this.#book?.causes ?? new Map();
  }

  /** What a node's connection tracking told, in order. */
  events(node: string): readonly TrackingEvent[] {
    return this.#events.get(node) ?? [];
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
    const inside = this.host(name).namespace.interface("eth0");
    if (inside !== undefined) inside.isUp = false;
    if (node !== undefined) this.host(node.name).namespace.detach(`veth-${name}`);
  }

  #known(): KnownServices {
    const known = new Map();
    for (const [name, service] of this.#services) {
      const conditions = new Map<string, EndpointCondition>();
      for (const endpoint of service.endpoints) {
        const condition = this.#conditions.get(`${name}/${endpoint}`);
        if (condition !== undefined) conditions.set(endpoint, condition);
      }
      known.set(
        name,
        knownService(serviceObject(service), sliceObject(service, this.plan, conditions)),
      );
    }
    return known;
  }

  #tell(name: string): void {
    const known = this.#known();
    for (const proxy of this.#proxies) proxy.tell(known, name);
  }

  #stream(name: string): RandomStream {
    return this.simulation.random(`packet/${name}`);
  }

  #namespace(name: string, forwards: boolean): NetworkNamespace {
    const netfilter = forwards ? this.#netfilter(name) : undefined;
    const { icmpRateLimitMs } = this.#options;
    const namespace = new NetworkNamespace(this.simulation, {
      name,
      forwards,
      ...(netfilter === undefined ? {} : { netfilter }),
      ...(icmpRateLimitMs === undefined ? {} : { icmpRateLimitMs }),
    });
    if (this.#book !== undefined) namespace.follow = (happening) => this.#book?.happened(happening);
    return namespace;
  }

  #netfilter(name: string): Netfilter {
    const tracking = new ConnectionTracking(() => this.simulation.now);
    const events: TrackingEvent[] = [];
    this.#events.set(name, events);
    tracking.listen((event) => events.push(event));
    return new Netfilter(tracking, this.#stream(`${name}/translation`));
  }

  #host(namespace: NetworkNamespace): Host {
    const stream = this.#stream(`${namespace.name}/ports`);
    const host = new Host(namespace, stream, this.#options.tcp ?? LINUX_6_18);
    this.#hosts.set(namespace.name, host);
    return host;
  }

  #capture(one: NetworkInterface): void {
    this.#captured.push(one);
    one.tap(({ frame, sent }) => {
      const sighting = { atNs: this.simulation.now, interface: one.name, sent, frame };
      this.sightings.push(sighting);
      this.#book?.seen(sighting);
    });
  }

  #client(): void {
    const { client, underlay, underlayMtu, defaultRouter } = this.plan;
    const namespace = this.#namespace(client.name, false);
    const length = underlay.slice(underlay.indexOf("/"));
    const [first = "", ...rest] = client.addresses;
    const eth0 = new NetworkInterface({
      namespace: client.name,
      device: "eth0",
      mac: macOf("02:00", first),
      mtu: underlayMtu,
      addresses: [first, ...rest].map((address) => `${address}${length}`),
    });
    namespace.attach(eth0);
    this.#underlay.attach(eth0);
    namespace.routes.add({ to: underlay, device: "eth0" });
    if (!client.addresses.includes(defaultRouter)) {
      namespace.routes.add({ to: "0.0.0.0/0", device: "eth0", via: defaultRouter });
    }
    this.#capture(eth0);
    this.#host(namespace);
  }

  #node(node: PlannedNode): void {
    const { underlay, underlayMtu, defaultRouter, nodes } = this.plan;
    const namespace = this.#namespace(node.name, true);
    const eth0 = new NetworkInterface({
      namespace: node.name,
      device: "eth0",
      mac: macOf("02:00", node.address),
      mtu: underlayMtu,
      addresses: [`${node.address}${underlay.slice(underlay.indexOf("/"))}`],
    });
    namespace.attach(eth0);
    this.#underlay.attach(eth0);
    this.#capture(eth0);
    namespace.routes.add({ to: underlay, device: "eth0" });
    namespace.routes.add({ to: "0.0.0.0/0", device: "eth0", via: defaultRouter });
    const host = this.#host(namespace);
    if (this.network !== "routed") this.#overlay(host, node, this.network);
    for (const other of nodes) {
      if (other === node) continue;
      const away =
        this.network === "routed"
          ? { device: "eth0", via: other.address }
          : {
              device: this.plan.overlays[this.network].device,
              via: firstAddress(other.podRange, 0),
            };
      namespace.routes.add({ to: other.podRange, ...away });
    }
    for (const pod of node.pods) this.#pod(namespace, node, pod);
    this.#proxy(namespace, node);
  }

  #proxy(namespace: NetworkNamespace, node: PlannedNode): void {
    const draws = this.#stream(`${node.name}/rules`);
    const { watchRules, timings = NODE_PROXY_TIMINGS } = this.#options;
    const around = {
      isLocalAddress: (address: string) => namespace.isLocalAddress(address),
      now: () => this.simulation.now as number,
      draw: () => draws.double(),
      watch:
        watchRules === undefined && this.#book === undefined
          ? undefined
          : (step: RuleStep) => {
              watchRules?.(node.name, step);
              this.#book?.rule(node.name, this.simulation.now, step);
            },
    };
    const proxy = new NodeProxy(namespace, node, this.plan, this.mode, around, timings);
    proxy.start(this.#known());
    this.#proxies.push(proxy);
  }

  #pod(node: NetworkNamespace, planned: PlannedNode, pod: { name: string; address: string }): void {
    const gateway = firstAddress(planned.podRange, 1);
    const outside = new NetworkInterface({
      namespace: node.name,
      device: `veth-${pod.name}`,
      mac: macOf("0e:58", pod.address),
      mtu: this.plan.podMtu,
      addresses: [`${gateway}/32`],
    });
    node.attach(outside);
    node.routes.add({ to: `${pod.address}/32`, device: outside.device });
    const { inside, namespace } = this.#podNamespace(pod, "32");
    // What comes out of a tunnel is handed on in batches (the kernel's GRO lists).
    new VethPair(this.simulation, [inside, outside], {
      delayNs: HOP_NS,
      batches: this.network !== "routed",
    });
    namespace.routes.add({ to: "0.0.0.0/0", device: "eth0", via: gateway });
  }

  #podNamespace(
    pod: { name: string; address: string },
    length: string,
  ): { inside: NetworkInterface; namespace: NetworkNamespace } {
    const namespace = this.#namespace(pod.name, false);
    const inside = new NetworkInterface({
      namespace: pod.name,
      device: "eth0",
      mac: macOf("0a:58", pod.address),
      mtu: this.plan.podMtu,
      addresses: [`${pod.address}/${length}`],
    });
    namespace.attach(inside);
    this.#capture(inside);
    this.#host(namespace);
    return { inside, namespace };
  }

  #overlay(host: Host, node: PlannedNode, encapsulation: Encapsulation): void {
    const { namespace } = host;
    const { device, vni, port, mtu } = this.plan.overlays[encapsulation];
    const framed = carriesFrames(encapsulation);
    const peers = this.plan.nodes.map((other, i) => ({
      address: firstAddress(other.podRange, 0),
      mac: framed ? tunnelMac(i) : "",
      endpoint: other.address,
      range: other.podRange,
    }));
    const own = peers.find(({ endpoint }) => endpoint === node.address);
    const overlay = new NetworkInterface({
      namespace: node.name,
      device,
      mac: own?.mac ?? "",
      mtu,
      addresses: [`${firstAddress(node.podRange, 0)}/32`],
    });
    namespace.attach(overlay);
    this.#capture(overlay);
    new Tunnel(overlay, {
      encapsulation,
      vni,
      port,
      endpoint: node.address,
      peers: peers.filter((peer) => peer !== own),
      sendOuter: (packet) => void namespace.send(packet),
    });
    const receive = (packet: Packet): void =>
      overlay.receive({ sourceMac: "", destinationMac: "", packet });
    host.serveIpInIp(receive);
    host.serveTunnel(port, ({ tunnelled, sealed }) => {
      if (sealed !== undefined) receive(sealed);
      else if (tunnelled?.vni === vni) overlay.receive(tunnelled.frame);
    });
  }

  #bridge({ device, address, pods, callsRules, hairpin }: PlannedBridge): void {
    const [first] = this.plan.nodes;
    if (first === undefined) return;
    const node = this.host(first.name).namespace;
    const own = new NetworkInterface({
      namespace: node.name,
      device,
      mac: macOf("0e:00", address.slice(0, address.indexOf("/"))),
      mtu: this.plan.podMtu,
      addresses: [address],
    });
    node.attach(own);
    this.#capture(own);
    const range = `${address.slice(0, address.indexOf("/"))}${address.slice(address.indexOf("/"))}`;
    node.routes.add({ to: range, device });
    const bridge = new Bridge(this.simulation, node, own, { callsRules });
    for (const pod of pods) {
      const port = new NetworkInterface({
        namespace: node.name,
        device: `veth-${pod.name}`,
        mac: macOf("0e:58", pod.address),
        mtu: this.plan.podMtu,
      });
      port.hairpin = hairpin;
      bridge.attach(port);
      const { inside, namespace } = this.#podNamespace(
        pod,
        address.slice(address.indexOf("/") + 1),
      );
      new VethPair(this.simulation, [inside, port], { delayNs: HOP_NS });
      namespace.routes.add({ to: range, device: "eth0" });
      namespace.routes.add({
        to: "0.0.0.0/0",
        device: "eth0",
        via: address.slice(0, address.indexOf("/")),
      });
    }
  }
}

/** The n-th address of a range whose last number is free. */
function firstAddress(range: string, n: number): string {
  const parts = range.slice(0, range.indexOf("/")).split(".");
  return [...parts.slice(0, 3), String(Number(parts[3]) + n)].join(".");
}

/** A MAC address with the IPv4 address in it, as CNI plug-ins make them. */
function macOf(prefix: string, address: string): string {
  const hex = address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return `${prefix}:${hex.join(":")}`;
}

function tunnelMac(index: number): string {
  return `0a:00:00:00:00:${(index + 1).toString(16).padStart(2, "0")}`;
}
