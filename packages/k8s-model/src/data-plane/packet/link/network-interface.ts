import { canonicalAddress, type Frame, type Packet } from "../wire/index.ts";

/** What takes the frames that an interface receives: a network namespace or a bridge. */
export interface FrameReceiver {
  receiveFrame(arrivedOn: NetworkInterface, frame: Frame): void;
  /** Whoever has an address behind this receiver, where it passes questions on. */
  resolveBeyond?(arrivedOn: NetworkInterface, address: string): Neighbour | undefined;
}

/** Who owns an address on a link, as ARP would find it. */
export interface Neighbour {
  readonly mac: string;
  readonly owner: NetworkInterface | undefined;
}

/** What carries frames away from an interface. */
export interface Link {
  send(from: NetworkInterface, frame: Frame): void;
  /** Asks everybody on the link for an address; undefined where nobody has it. */
  resolve(from: NetworkInterface, address: string): Neighbour | undefined;
}

/** Sees each frame that passes an interface, sent or received. */
export type Tap = (sighting: {
  readonly interface: NetworkInterface;
  readonly sent: boolean;
  readonly frame: Frame;
}) => void;

export interface InterfaceOptions {
  /** Namespace and device: `n1:eth0`. */
  readonly namespace: string;
  readonly device: string;
  readonly mac: string;
  readonly mtu?: number;
  /** With prefix lengths. */
  readonly addresses?: readonly string[];
}

/** A network interface of one namespace. */
export class NetworkInterface {
  readonly namespace: string;
  readonly device: string;
  readonly mac: string;
  mtu: number;
  readonly addresses: readonly string[];
  link: Link | undefined;
  receiver: FrameReceiver | undefined;
  /** As a port of a bridge: whether frames may leave where they came in. */
  hairpin = false;
  isUp = true;
  readonly #taps: Tap[] = [];

  constructor({ namespace, device, mac, mtu = 1500, addresses = [] }: InterfaceOptions) {
    this.namespace = namespace;
    this.device = device;
    this.mac = mac;
    this.mtu = mtu;
    this.addresses = addresses.map((text) => {
      const slash = text.indexOf("/");
      return `${canonicalAddress(text.slice(0, slash))}${text.slice(slash)}`;
    });
  }

  get name(): string {
    return `${this.namespace}:${this.device}`;
  }

  /** The addresses without their prefix lengths. */
  get hostAddresses(): readonly string[] {
    return this.addresses.map((text) => text.slice(0, text.indexOf("/")));
  }

  tap(tap: Tap): void {
    this.#taps.push(tap);
  }

  /** Sends a packet to a neighbour. */
  send(packet: Packet, destinationMac: string): void {
    this.transmit({ sourceMac: this.mac, destinationMac, packet });
  }

  transmit(frame: Frame): void {
    if (!this.isUp) return;
    this.see(frame, true);
    this.link?.send(this, frame);
  }

  receive(frame: Frame): void {
    if (!this.isUp) return;
    this.see(frame, false);
    this.take(frame);
  }

  /** Processes a frame that has been seen. */
  take(frame: Frame): void {
    if (this.isUp) this.receiver?.receiveFrame(this, frame);
  }

  /** Shows a frame to whoever captures here. */
  see(frame: Frame, sent: boolean): void {
    for (const tap of this.#taps) tap({ interface: this, sent, frame });
  }
}
