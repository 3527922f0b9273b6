import { type Frame, type Packet, portsOf, type UdpDatagram } from "../wire/index.ts";
import type { Link, Neighbour, NetworkInterface } from "./network-interface.ts";

/** The other end of a tunnel, as a controller (flannel, Calico) writes it into the node. */
export interface TunnelPeer {
  /** The peer's address on the overlay device. */
  readonly address: string;
  readonly mac: string;
  /** Where its packets go on the underlay. */
  readonly endpoint: string;
}

export interface VxlanOptions {
  readonly vni: number;
  readonly port: number;
  readonly endpoint: string;
  readonly peers: readonly TunnelPeer[];
  /** Hands the outer packet to the node's own stack. */
  sendOuter(packet: Packet): void;
}

const FIRST_SOURCE_PORT = 32_768;
const SOURCE_PORTS = 28_232;

/** What a VXLAN device does with frames: packs each into a UDP packet to the peer that has the MAC. */
export class VxlanTunnel implements Link {
  readonly #options: VxlanOptions;
  readonly #byMac = new Map<string, TunnelPeer>();
  readonly #byAddress = new Map<string, TunnelPeer>();

  constructor(device: NetworkInterface, options: VxlanOptions) {
    this.#options = options;
    for (const peer of options.peers) {
      this.#byMac.set(peer.mac, peer);
      this.#byAddress.set(peer.address, peer);
    }
    device.link = this;
  }

  send(_from: NetworkInterface, frame: Frame): void {
    const peer = this.#byMac.get(frame.destinationMac);
    if (peer === undefined) return;
    const { vni, port, endpoint, sendOuter } = this.#options;
    const transport: UdpDatagram = {
      kind: "udp",
      // One port a flow and direction, so that the underlay can spread flows over its paths.
      sourcePort: FIRST_SOURCE_PORT + (flowHash(frame.packet) % SOURCE_PORTS),
      destinationPort: port,
      payload: "",
      tunnelled: { vni, frame },
    };
    sendOuter({
      source: endpoint,
      destination: peer.endpoint,
      ttl: 64,
      dontFragment: false,
      identification: 0,
      transport,
    });
  }

  resolve(_from: NetworkInterface, address: string): Neighbour | undefined {
    const peer = this.#byAddress.get(address);
    return peer === undefined ? undefined : { mac: peer.mac, owner: undefined };
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
