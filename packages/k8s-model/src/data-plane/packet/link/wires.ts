import type { Simulation } from "@k8s-netsim/sim-core";
import type { Frame } from "../wire/index.ts";
import type { Link, Neighbour, NetworkInterface } from "./network-interface.ts";

function ownerAmong(
  interfaces: Iterable<NetworkInterface>,
  asking: NetworkInterface,
  address: string,
): Neighbour | undefined {
  for (const one of interfaces) {
    if (one === asking || !one.isUp || !one.hostAddresses.includes(address)) continue;
    return { mac: one.mac, owner: one };
  }
  return undefined;
}

/** A bridge port passes the question on; a host answers for itself only. */
function behind(port: NetworkInterface, address: string): Neighbour | undefined {
  return port.receiver?.resolveBeyond?.(port, address);
}

export interface CableOptions {
  readonly delayNs: number;
  /** Whether what arrives at one moment is seen as a whole before any of it is processed. */
  readonly batches?: boolean;
}

/** A cable between two interfaces: what a veth pair is. */
export class VethPair implements Link {
  readonly #ends: readonly [NetworkInterface, NetworkInterface];
  readonly #simulation: Simulation;
  readonly #delayNs: number;
  readonly #batches: boolean;

  constructor(
    simulation: Simulation,
    ends: readonly [NetworkInterface, NetworkInterface],
    { delayNs, batches = false }: CableOptions,
  ) {
    this.#simulation = simulation;
    this.#ends = ends;
    this.#delayNs = delayNs;
    this.#batches = batches;
    for (const end of ends) end.link = this;
  }

  send(from: NetworkInterface, frame: Frame): void {
    const to = this.other(from);
    this.#simulation.after(this.#delayNs, () => {
      if (!this.#batches || !to.isUp) return to.receive(frame);
      to.see(frame, false);
      this.#simulation.after(0, () => to.take(frame));
    });
  }

  resolve(from: NetworkInterface, address: string): Neighbour | undefined {
    const to = this.other(from);
    if (!to.isUp) return undefined;
    return ownerAmong([to], from, address) ?? behind(to, address);
  }

  other(end: NetworkInterface): NetworkInterface {
    return this.#ends[0] === end ? this.#ends[1] : this.#ends[0];
  }
}

/** The network between nodes: carries a frame to whoever has its destination. */
export class EthernetSegment implements Link {
  readonly #interfaces = new Map<string, NetworkInterface>();
  readonly #simulation: Simulation;
  readonly #delayNs: number;
  /** Whether frames between two namespaces are lost now. */
  readonly #separates: (from: string, to: string) => boolean;

  constructor(
    simulation: Simulation,
    delayNs: number,
    separates: (from: string, to: string) => boolean = () => false,
  ) {
    this.#simulation = simulation;
    this.#delayNs = delayNs;
    this.#separates = separates;
  }

  attach(one: NetworkInterface): void {
    this.#interfaces.set(one.mac, one);
    one.link = this;
  }

  send(from: NetworkInterface, frame: Frame): void {
    const to = this.#interfaces.get(frame.destinationMac);
    if (to === undefined || this.#separates(from.namespace, to.namespace)) return;
    this.#simulation.after(this.#delayNs, () => to.receive(frame));
  }

  resolve(from: NetworkInterface, address: string): Neighbour | undefined {
    return ownerAmong(this.#interfaces.values(), from, address);
  }
}
