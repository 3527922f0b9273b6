import type { Simulation } from "@k8s-netsim/sim-core";
import type { FrameReceiver, Link, Neighbour, NetworkInterface } from "../link/index.ts";
import type { Transit } from "../netfilter/index.ts";
import type { Frame } from "../wire/index.ts";
import type { NetworkNamespace } from "./network-namespace.ts";

export interface BridgeOptions {
  /** `net.bridge.bridge-nf-call-iptables`: whether bridged packets see the node's rules. */
  readonly callsRules: boolean;
}

/**
 * A Linux bridge on a node: a switch whose own interface is one more port.
 *
 * With `callsRules` a bridged packet passes the hooks of the IP layer. Where that sends it to another
 * address on the same bridge, it goes on as a bridged packet, its TTL untouched; the bridge's interface
 * sees it only while the neighbour is not yet known for sure, as in the kernel.
 */
export class Bridge implements FrameReceiver, Link {
  readonly #simulation: Simulation;
  readonly #node: NetworkNamespace;
  readonly #own: NetworkInterface;
  readonly #callsRules: boolean;
  readonly #ports: NetworkInterface[] = [];
  readonly #seenAt = new Map<string, NetworkInterface>();

  constructor(
    simulation: Simulation,
    node: NetworkNamespace,
    own: NetworkInterface,
    { callsRules }: BridgeOptions,
  ) {
    this.#simulation = simulation;
    this.#node = node;
    this.#own = own;
    this.#callsRules = callsRules;
    own.link = this;
  }

  attach(port: NetworkInterface): void {
    this.#ports.push(port);
    port.receiver = this;
  }

  /** A frame of the node itself. */
  send(_from: NetworkInterface, frame: Frame): void {
    for (const port of this.#portsTo(frame.destinationMac, undefined)) port.transmit(frame);
  }

  resolve(from: NetworkInterface, address: string): Neighbour | undefined {
    for (const port of this.#ports) {
      if (port === from) continue;
      const found = port.link?.resolve(port, address);
      if (found === undefined) continue;
      // The answer passed the bridge, too.
      this.#seenAt.set(found.mac, port);
      return found;
    }
    return from !== this.#own && this.#own.hostAddresses.includes(address)
      ? { mac: this.#own.mac, owner: this.#own }
      : undefined;
  }

  resolveBeyond(arrivedOn: NetworkInterface, address: string): Neighbour | undefined {
    return this.resolve(arrivedOn, address);
  }

  receiveFrame(arrivedOn: NetworkInterface, frame: Frame): void {
    this.#seenAt.set(frame.sourceMac, arrivedOn);
    const transit: Transit = { packet: frame.packet, mark: 0, tracking: undefined };
    if (!this.#callsRules) {
      this.#pass(arrivedOn, frame, transit);
      return;
    }
    const { destination } = frame.packet;
    const verdict = this.#node.netfilter?.before("prerouting", transit) ?? "accept";
    if (verdict !== "accept") return;
    const { packet } = transit;
    const moved = packet.destination !== destination && this.#isHere(packet.destination);
    this.#pass(
      arrivedOn,
      moved ? this.#toNeighbour(frame, transit) : { ...frame, packet },
      transit,
    );
  }

  #isHere(address: string): boolean {
    return this.#node.routes.lookup(address)?.device === this.#own.device;
  }

  #toNeighbour(frame: Frame, { packet }: Transit): Frame {
    const sure = this.#node.neighbours.use(packet.destination, this.#simulation.now);
    const mac = this.#node.resolve(this.#own, packet.destination) ?? frame.destinationMac;
    const sent: Frame = { sourceMac: this.#own.mac, destinationMac: mac, packet };
    if (!sure) this.#own.see(sent, true);
    return sent;
  }

  #pass(arrivedOn: NetworkInterface, frame: Frame, transit: Transit): void {
    if (frame.destinationMac === this.#own.mac) {
      this.#own.see(frame, false);
      if (this.#callsRules) this.#node.route(this.#own, transit);
      else this.#node.receivePacket(this.#own, frame.packet);
      return;
    }
    for (const port of this.#portsTo(frame.destinationMac, arrivedOn)) {
      this.#forward(port, frame, transit);
    }
  }

  #forward(port: NetworkInterface, frame: Frame, transit: Transit): void {
    const { netfilter } = this.#node;
    if (!this.#callsRules || netfilter === undefined) {
      port.transmit(frame);
      return;
    }
    if (netfilter.filter("forward", transit) !== "accept") return;
    const address = this.#node.addressOn(this.#own, transit.packet.destination);
    if (netfilter.after("postrouting", transit, address) !== "accept") return;
    port.transmit({ ...frame, packet: transit.packet });
  }

  /** Where the MAC was seen, else everywhere; back where it came from only in hairpin mode. */
  #portsTo(mac: string, arrivedOn: NetworkInterface | undefined): readonly NetworkInterface[] {
    const known = this.#seenAt.get(mac);
    const candidates = known === undefined ? this.#ports : [known];
    return candidates.filter((port) => port !== arrivedOn || port.hairpin);
  }
}
