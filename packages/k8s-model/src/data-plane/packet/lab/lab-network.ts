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
import { ConnectionTracking, Netfilter, type TrackingEvent } from "../netfilter/index.ts";
import type { Packet } from "../wire/index.ts";
import type { LabPlan, PlannedBridge, PlannedNode, PlannedPod } from "./plan.ts";

/** How packets get from node to node. */
export type PodNetwork = "routed" | Encapsulation;

export interface NetworkOptions {
  readonly plan: LabPlan;
  readonly network: PodNetwork;
  readonly tcp: TcpProfile;
  readonly bridge?: PlannedBridge | undefined;
  readonly icmpRateLimitMs?: number | undefined;
}

const HOP_NS = 10_000;

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

  constructor(simulation: Simulation, options: NetworkOptions) {
    this.#simulation = simulation;
    this.#plan = options.plan;
    this.#options = options;
    this.#underlay = new EthernetSegment(simulation, HOP_NS);
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
    const { client, underlay, underlayMtu, defaultRouter } = this.#plan;
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
    const { underlay, underlayMtu, defaultRouter, nodes } = this.#plan;
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
    if (this.#options.network !== "routed") this.#overlay(host, node, this.#options.network);
    for (const other of nodes) {
      if (other === node) continue;
      const away =
        this.#options.network === "routed"
          ? { device: "eth0", via: other.address }
          : {
              device: this.#plan.overlays[this.#options.network].device,
              via: firstAddress(other.podRange, 0),
            };
      namespace.routes.add({ to: other.podRange, ...away });
    }
    for (const pod of node.pods) this.#pod(namespace, node, pod);
  }

  #pod(node: NetworkNamespace, planned: PlannedNode, pod: PlannedPod): void {
    const gateway = firstAddress(planned.podRange, 1);
    const outside = new NetworkInterface({
      namespace: node.name,
      device: `veth-${pod.name}`,
      mac: macOf("0e:58", pod.address),
      mtu: this.#plan.podMtu,
      addresses: [`${gateway}/32`],
    });
    node.attach(outside);
    node.routes.add({ to: `${pod.address}/32`, device: outside.device });
    const { inside, namespace } = this.#podNamespace(pod, "32");
    // What comes out of a tunnel is handed on in batches (the kernel's GRO lists).
    new VethPair(this.#simulation, [inside, outside], {
      delayNs: HOP_NS,
      batches: this.#options.network !== "routed",
    });
    namespace.routes.add({ to: "0.0.0.0/0", device: "eth0", via: gateway });
  }

  #podNamespace(
    pod: PlannedPod,
    length: string,
  ): { inside: NetworkInterface; namespace: NetworkNamespace } {
    const namespace = this.#namespace(pod.name, false);
    const inside = new NetworkInterface({
      namespace: pod.name,
      device: "eth0",
      mac: macOf("0a:58", pod.address),
      mtu: this.#plan.podMtu,
      addresses: [`${pod.address}/${length}`],
    });
    namespace.attach(inside);
    this.#capture(inside);
    this.#host(namespace);
    return { inside, namespace };
  }

  #overlay(host: Host, node: PlannedNode, encapsulation: Encapsulation): void {
    const { namespace } = host;
    const { device, vni, port, mtu } = this.#plan.overlays[encapsulation];
    const framed = carriesFrames(encapsulation);
    const peers = this.#plan.nodes.map((other, i) => ({
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
    const range = `${address.slice(0, address.indexOf("/"))}${address.slice(address.indexOf("/"))}`;
    node.routes.add({ to: range, device });
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
      const { inside, namespace } = this.#podNamespace(
        pod,
        address.slice(address.indexOf("/") + 1),
      );
      new VethPair(this.#simulation, [inside, port], { delayNs: HOP_NS });
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
