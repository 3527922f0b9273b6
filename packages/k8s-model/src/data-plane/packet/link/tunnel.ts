import { addressMatches } from "../netfilter/index.ts";
import {
  canonicalAddress,
  type Frame,
  type Packet,
  portsOf,
  type Transport,
} from "../wire/index.ts";
import type { Link, Neighbour, NetworkInterface } from "./network-interface.ts";

/** How packets between nodes are packed. */
export type Encapsulation = "vxlan" | "geneve" | "ipip" | "wireguard";

/** The other end of a tunnel, as a controller (flannel, Calico, Cilium) writes it into the node. */
export interface TunnelPeer {
  /** The peer's addresses on the overlay device. */
  readonly addresses: readonly string[];
  /** Empty where the overlay carries IP packets, not frames. */
  readonly mac: string;
  /** Where its packets go on the underlay. */
  readonly endpoint: string;
  /** The pods behind it. */
  readonly ranges: readonly string[];
}

export interface TunnelOptions {
  readonly encapsulation: Encapsulation;
  readonly vni: number;
  readonly port: number;
  readonly endpoint: string;
  readonly peers: readonly TunnelPeer[];
  /** Hands the outer packet to the node's own stack. */
  sendOuter(packet: Packet): void;
}

const FIRST_SOURCE_PORT = 32_768;
const SOURCE_PORTS = 28_232;

/** Whether devices of this kind carry Ethernet frames. */
export function carriesFrames(encapsulation: Encapsulation): boolean {
  return encapsulation === "vxlan" || encapsulation === "geneve";
}

/** What an overlay device does with packets: packs each into one to the node that has the destination. */
export class Tunnel implements Link {
  readonly #options: TunnelOptions;
  readonly #mtu: number;
  /** Messages sent to each peer: WireGuard counts them. */
  readonly #counters = new Map<string, number>();

  constructor(device: NetworkInterface, options: TunnelOptions) {
    this.#options = options;
    this.#mtu = device.mtu;
    device.link = this;
  }

  send(_from: NetworkInterface, frame: Frame): void {
    const { encapsulation, endpoint, peers, sendOuter } = this.#options;
    const { packet, destinationMac } = frame;
    const peer = carriesFrames(encapsulation)
      ? peers.find(({ mac }) => mac === destinationMac)
      : peers.find(
          ({ ranges, addresses }) =>
            addresses.includes(packet.destination) ||
            ranges.some((range) => addressMatches(packet.destination, range)),
        );
    if (peer === undefined) return;
    sendOuter({
      source: canonicalAddress(endpoint),
      destination: canonicalAddress(peer.endpoint),
      ttl: 64,
      dontFragment: encapsulation === "ipip",
      identification: 0,
      transport: this.#outer(frame, peer),
    });
  }

  resolve(_from: NetworkInterface, address: string): Neighbour | undefined {
    const peer = this.#options.peers.find((one) => one.addresses.includes(address));
    return peer === undefined ? undefined : { mac: peer.mac, owner: undefined };
  }

  #outer(frame: Frame, { endpoint }: TunnelPeer): Transport {
    const { encapsulation, vni, port } = this.#options;
    const { packet } = frame;
    if (encapsulation === "ipip") return { kind: "ipip", packet };
    if (encapsulation === "wireguard") {
      const counter = this.#counters.get(endpoint) ?? 0;
      this.#counters.set(endpoint, counter + 1);
      const sealed = { packet, mtu: this.#mtu, counter };
      return { kind: "udp", sourcePort: port, destinationPort: port, payload: "", sealed };
    }
    return {
      kind: "udp",
      // One port a flow and direction, so that the underlay can spread flows over its paths.
      sourcePort: FIRST_SOURCE_PORT + (flowHash(packet) % SOURCE_PORTS),
      destinationPort: port,
      payload: "",
      tunnelled: { encapsulation, vni, frame },
    };
  }
}

/**
 * FNV-1a over what tells flows apart. Sockets of TCP and UDP have a number of their own each; of other
 * packets the kernel hashes the two ends in a fixed order, so that both directions get one port.
 */
function flowHash({ source, destination, transport }: Packet): number {
  const ports = portsOf(transport);
  const ends = [`${source} ${ports?.source}`, `${destination} ${ports?.destination}`];
  if (transport.kind !== "tcp" && transport.kind !== "udp") ends.sort();
  const text = `${transport.kind} ${ends.join(" ")}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
