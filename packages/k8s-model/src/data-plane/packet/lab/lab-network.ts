import type { Simulation } from "@k8s-netsim/sim-core";
import { Bridge, Host, NetworkNamespace, type TcpProfile } from "../host/index.ts";
import {
  carriesFrames,
  type Encapsulation,
  EthernetSegment,
  NetworkInterface,
  Tunnel,
  VethPair,
} from "../link/index.ts";
import {
  addressMatches,
  ConnectionTracking,
  Netfilter,
  type TrackingEvent,
} from "../netfilter/index.ts";
import { isIPv6, type Packet } from "../wire/index.ts";
import { addressIn, everywhere, hostLength, lengthOf, macOf, tunnelMac } from "./lab-addresses.ts";
import {
  familiesOf,
  type LabPlan,
  type PlannedBridge,
  type PlannedFamily,
  type PlannedNode,
  type PlannedPod,
} from "./plan.ts";

/** How packets get from node to node. */
export type PodNetwork = "routed" | Encapsulation;

export interface NetworkOptions {
  readonly plan: LabPlan;
  readonly network: PodNetwork;
  readonly tcp: TcpProfile;
  readonly bridge?: PlannedBridge | undefined;
  readonly icmpRateLimitMs?: number | undefined;
  /** Whether packets between two hosts of the underlay are lost now. */
  readonly separates?: ((from: string, to: string) => boolean) | undefined;
}

const HOP_NS = 10_000;
/** A tunnel over IPv6 leaves that much less room. */
const LONGER_OUTER_HEADER_BYTES = 20;

/** The hosts and links of a lab: a switch between nodes and client, cables or a bridge to the pods. */
export class LabNetwork {
  readonly hosts: Map<string, Host> = new Map();
  /** Interfaces that are captured. */
  readonly captured: NetworkInterface[] = [];
  /** What each node's connection tracking told. */
  readonly events: Map<string, TrackingEvent[]> = new Map();
  readonly #simulation: Simulation;
  readonly #plan: LabPlan;
  readonly #options: NetworkOptions;
  readonly #underlay: EthernetSegment;
  readonly #families: readonly PlannedFamily[];
  /** By node, where the network is a tunnel: ranges behind it, and pods outside of them. */
  readonly #strays = new Map<string, string[]>();

  constructor(simulation: Simulation, options: NetworkOptions) {
    this.#simulation = simulation;
    this.#plan = options.plan;
    this.#options = options;
    this.#families = familiesOf(options.plan);
    this.#underlay = new EthernetSegment(simulation, HOP_NS, options.separates);
    this.#client();
    for (const node of options.plan.nodes) this.#node(node);
    if (options.bridge !== undefined) this.#bridge(options.bridge);
  }

  #namespace(name: string, forwards: boolean): NetworkNamespace {
    const netfilter = forwards ? this.#netfilter(name) : undefined;
    const { icmpRateLimitMs } = this.#options;
    return new NetworkNamespace(this.#simulation, {
      name,
      forwards,
      ...(netfilter === undefined ? {} : { netfilter }),
      ...(icmpRateLimitMs === undefined ? {} : { icmpRateLimitMs }),
    });
  }

  #netfilter(name: string): Netfilter {
    const tracking = new ConnectionTracking(() => this.#simulation.now);
    const events: TrackingEvent[] = [];
    this.events.set(name, events);
    tracking.listen((event) => events.push(event));
    return new Netfilter(tracking, this.#simulation.random(`packet/${name}/translation`));
  }

  #host(namespace: NetworkNamespace): Host {
    const ports = this.#simulation.random(`packet/${namespace.name}/ports`);
    const host = new Host(namespace, ports, this.#options.tcp);
    this.hosts.set(namespace.name, host);
    return host;
  }

  #capture(one: NetworkInterface): void {
    this.captured.push(one);
  }

  #client(): void {
    const { client, underlayMtu } = this.#plan;
    const namespace = this.#namespace(client.name, false);
    const eth0 = new NetworkInterface({
      namespace: client.name,
      device: "eth0",
      mac: macOf("02:00", client.addresses[0] ?? ""),
      mtu: underlayMtu,
      addresses: this.#families.flatMap(({ underlay, clientAddresses }) =>
        clientAddresses.map((address) => `${address}${lengthOf(underlay)}`),
      ),
    });
    namespace.attach(eth0);
    this.#underlay.attach(eth0);
    for (const { underlay, clientAddresses, defaultRouter } of this.#families) {
      namespace.routes.add({ to: underlay, device: "eth0" });
      if (clientAddresses.includes(defaultRouter)) continue;
      namespace.routes.add({ to: everywhere(underlay), device: "eth0", via: defaultRouter });
    }
    this.#capture(eth0);
    this.#host(namespace);
  }

  #node(node: PlannedNode): void {
    const { underlayMtu, nodes } = this.#plan;
    const { network } = this.#options;
    const namespace = this.#namespace(node.name, true);
    const eth0 = new NetworkInterface({
      namespace: node.name,
      device: "eth0",
      mac: macOf("02:00", node.address),
      mtu: underlayMtu,
      addresses: this.#families.flatMap(({ underlay, nodeAddress }) => {
        const address = nodeAddress(node);
        return address === undefined ? [] : [`${address}${lengthOf(underlay)}`];
      }),
    });
    namespace.attach(eth0);
    this.#underlay.attach(eth0);
    this.#capture(eth0);
    for (const { underlay, defaultRouter } of this.#families) {
      namespace.routes.add({ to: underlay, device: "eth0" });
      namespace.routes.add({ to: everywhere(underlay), device: "eth0", via: defaultRouter });
    }
    const host = this.#host(namespace);
    if (network !== "routed") this.#overlay(host, node, network);
    for (const other of nodes) {
      if (other === node) continue;
      for (const { nodeAddress, nodePodRange } of this.#families) {
        const [via, to] = [nodeAddress(other), nodePodRange(other)];
        if (via === undefined || to === undefined) continue;
        const away =
          network === "routed"
            ? { device: "eth0", via }
            : { device: this.#plan.overlays[network].device, via: addressIn(to, 0) };
        namespace.routes.add({ to, ...away });
      }
    }
    for (const pod of node.pods) this.addPod(node, pod);
  }

  /** A pod comes to a node: its namespace, its cable, the node's route to it. */
  addPod(planned: PlannedNode, pod: PlannedPod): NetworkInterface | undefined {
    const node = this.hosts.get(planned.name)?.namespace;
    if (node === undefined) return undefined;
    const ways = this.#families.flatMap(({ nodePodRange, podAddress }) => {
      const [range, address] = [nodePodRange(planned), podAddress(pod)];
      return range === undefined || address === undefined
        ? []
        : [{ address, gateway: addressIn(range, 1), host: hostLength(address) }];
    });
    const outside = new NetworkInterface({
      namespace: node.name,
      device: `veth-${pod.name}`,
      mac: macOf("0e:58", pod.address),
      mtu: this.#plan.podMtu,
      addresses: ways.map(({ gateway, host }) => `${gateway}${host}`),
    });
    node.attach(outside);
    const inside = this.#podNamespace(
      pod,
      ways.map(({ address, host }) => `${address}${host}`),
    );
    // What comes out of a tunnel is handed on in batches (the kernel's GRO lists).
    new VethPair(this.#simulation, [inside, outside], {
      delayNs: HOP_NS,
      batches: this.#options.network !== "routed",
    });
    const { namespace } = this.hosts.get(pod.name) as Host;
    for (const { address, gateway, host } of ways) {
      node.routes.add({ to: `${address}${host}`, device: outside.device });
      namespace.routes.add({ to: everywhere(address), device: "eth0", via: gateway });
    }
    this.#routeStrays(planned, pod);
    return inside;
  }

  /** A pod whose address is not of its node's range has routes of its own, as with routed CNI plug-ins. */
  #routeStrays(home: PlannedNode, pod: PlannedPod): void {
    const { network } = this.#options;
    for (const { nodeAddress, nodePodRange, podAddress } of this.#families) {
      const [address, range, via] = [podAddress(pod), nodePodRange(home), nodeAddress(home)];
      if (address === undefined || range === undefined || via === undefined) continue;
      if (addressMatches(address, range)) continue;
      const to = `${address}${hostLength(address)}`;
      this.#strays.get(home.name)?.push(to);
      const away =
        network === "routed"
          ? { device: "eth0", via }
          : { device: this.#plan.overlays[network].device, via: addressIn(range, 0) };
      for (const other of this.#plan.nodes) {
        if (other !== home) this.hosts.get(other.name)?.namespace.routes.add({ to, ...away });
      }
    }
  }

  /** A pod's end: its cable is gone, and with it the node's route. */
  removePod(node: string, name: string): void {
    const inside = this.hosts.get(name)?.namespace.interface("eth0");
    if (inside !== undefined) inside.isUp = false;
    this.hosts.get(node)?.namespace.detach(`veth-${name}`);
  }

  /** Cuts a node off with all of its pods, or connects it again. */
  setNodeUp(name: string, isUp: boolean): void {
    for (const one of this.hosts.get(name)?.namespace.interfaces ?? []) one.isUp = isUp;
  }

  /** Makes the namespace of a pod; its end of the cable. */
  #podNamespace(pod: PlannedPod, addresses: readonly string[]): NetworkInterface {
    const namespace = this.#namespace(pod.name, false);
    const inside = new NetworkInterface({
      namespace: pod.name,
      device: "eth0",
      mac: macOf("0a:58", pod.address),
      mtu: this.#plan.podMtu,
      addresses,
    });
    namespace.attach(inside);
    this.#capture(inside);
    this.#host(namespace);
    return inside;
  }

  #overlay(host: Host, node: PlannedNode, encapsulation: Encapsulation): void {
    const { namespace } = host;
    const { device, vni, port, mtu } = this.#plan.overlays[encapsulation];
    const framed = carriesFrames(encapsulation);
    const peers = this.#plan.nodes.map((other, i) => {
      const ranges = this.#families.flatMap(({ nodePodRange }) => nodePodRange(other) ?? []);
      return {
        addresses: ranges.map((range) => addressIn(range, 0)),
        mac: framed ? tunnelMac(i) : "",
        endpoint: other.address,
        ranges: this.#rangesBehind(other, ranges),
      };
    });
    const own = peers.find(({ endpoint }) => endpoint === node.address);
    const overlay = new NetworkInterface({
      namespace: node.name,
      device,
      mac: own?.mac ?? "",
      mtu: mtu - (isIPv6(node.address) ? LONGER_OUTER_HEADER_BYTES : 0),
      addresses: (own?.addresses ?? []).map((address) => `${address}${hostLength(address)}`),
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
      if (sealed !== undefined) receive(sealed.packet);
      else if (tunnelled?.vni === vni) overlay.receive(tunnelled.frame);
    });
  }

  /** What a tunnel carries to a node; grows with pods of other ranges. */
  #rangesBehind({ name }: PlannedNode, planned: readonly string[]): readonly string[] {
    const known = this.#strays.get(name) ?? [...planned];
    this.#strays.set(name, known);
    return known;
  }

  #bridge({ device, address, pods, callsRules, hairpin }: PlannedBridge): void {
    const [first] = this.#plan.nodes;
    const node = this.hosts.get(first?.name ?? "")?.namespace;
    if (node === undefined) return;
    const own = new NetworkInterface({
      namespace: node.name,
      device,
      mac: macOf("0e:00", address.slice(0, address.indexOf("/"))),
      mtu: this.#plan.podMtu,
      addresses: [address],
    });
    node.attach(own);
    this.#capture(own);
    node.routes.add({ to: address, device });
    const gateway = address.slice(0, address.indexOf("/"));
    const bridge = new Bridge(this.#simulation, node, own, { callsRules });
    for (const pod of pods) {
      const port = new NetworkInterface({
        namespace: node.name,
        device: `veth-${pod.name}`,
        mac: macOf("0e:58", pod.address),
        mtu: this.#plan.podMtu,
      });
      port.hairpin = hairpin;
      bridge.attach(port);
      const inside = this.#podNamespace(pod, [`${pod.address}${lengthOf(address)}`]);
      new VethPair(this.#simulation, [inside, port], { delayNs: HOP_NS });
      const { namespace } = this.hosts.get(pod.name) as Host;
      namespace.routes.add({ to: address, device: "eth0" });
      namespace.routes.add({ to: everywhere(address), device: "eth0", via: gateway });
    }
  }
}
