import type { Simulation } from "@k8s-netsim/sim-core";
import {
  type FrameReceiver,
  NeighbourTable,
  type NetworkInterface,
  type Route,
  RoutingTable,
} from "../link/index.ts";
import { type HookVerdict, type Netfilter, PeerBudget, type Transit } from "../netfilter/index.ts";
import {
  type Frame,
  fragmentsOf,
  isIPv6,
  type Packet,
  packetBytes,
  Reassembly,
} from "../wire/index.ts";
import { type IcmpDetails, type IcmpErrorKind, icmpErrorAbout, isRedirect } from "./icmp-errors.ts";

/** Why the stack did not take a packet from a socket. */
export type SendFailure = "no-route" | "not-permitted" | "too-big";

/** Takes packets that are for the host itself. */
export type Delivery = (packet: Packet, transit: Transit) => void;

/** What became of a packet, for whoever follows one on its way. */
export interface Happening {
  readonly atNs: number;
  readonly namespace: string;
  readonly what: string;
  readonly packet: Packet;
}

export interface NamespaceOptions {
  readonly name: string;
  /** Whether packets for others are passed on. */
  readonly forwards?: boolean;
  readonly netfilter?: Netfilter;
  /** `net.ipv4.icmp_ratelimit`, in milliseconds an error and destination. */
  readonly icmpRateLimitMs?: number;
}

const UNRESOLVED_NS = 3_000_000_000;
const LOOPBACK_NS = 2_000;
const LOOPBACK_MTU = 65_536;

/** One network namespace: a pod, a node, an outside client. Its IP layer between links and sockets. */
export class NetworkNamespace implements FrameReceiver {
  readonly name: string;
  readonly simulation: Simulation;
  readonly routes: RoutingTable = new RoutingTable();
  readonly neighbours: NeighbourTable = new NeighbourTable();
  readonly netfilter: Netfilter | undefined;
  readonly budget: PeerBudget;
  deliver: Delivery = () => undefined;
  follow: ((happening: Happening) => void) | undefined;
  /** Told why the packet is sent that leaves next. */
  explain: ((reason: string) => void) | undefined;
  readonly #forwards: boolean;
  readonly #interfaces = new Map<string, NetworkInterface>();
  readonly #reassembly = new Reassembly();
  /** Path MTU by destination, learnt from errors. */
  readonly #pathMtu = new Map<string, number>();
  #identification = 0;

  constructor(simulation: Simulation, options: NamespaceOptions) {
    this.simulation = simulation;
    this.name = options.name;
    this.netfilter = options.netfilter;
    this.budget = new PeerBudget(options.icmpRateLimitMs);
    this.#forwards = options.forwards ?? false;
  }

  get now(): number {
    return this.simulation.now;
  }

  attach(one: NetworkInterface): void {
    this.#interfaces.set(one.device, one);
    one.receiver ??= this;
  }

  detach(device: string): void {
    this.#interfaces.delete(device);
    this.routes.removeDevice(device);
  }

  interface(device: string): NetworkInterface | undefined {
    return this.#interfaces.get(device);
  }

  get interfaces(): readonly NetworkInterface[] {
    return [...this.#interfaces.values()];
  }

  isLocalAddress(address: string): boolean {
    if (address.startsWith("127.") || address === "::1") return true;
    for (const one of this.#interfaces.values()) {
      if (one.hostAddresses.includes(address)) return true;
    }
    return false;
  }

  /** The address that packets to a destination leave with, where nothing else is asked for. */
  sourceFor(destination: string): string | undefined {
    if (this.isLocalAddress(destination)) return destination;
    const route = this.routes.lookup(destination);
    return route === undefined ? undefined : this.#addressOn(route.device, destination);
  }

  /** The largest packet that is known to get there. */
  pathMtu(destination: string): number {
    const route = this.routes.lookup(destination);
    const own = route === undefined ? undefined : this.interface(route.device)?.mtu;
    const device = this.isLocalAddress(destination) ? LOOPBACK_MTU : (own ?? LOOPBACK_MTU);
    return Math.min(device, this.#pathMtu.get(destination) ?? device);
  }

  /** A path MTU learnt from an error; undefined where none is. */
  learntPathMtu(destination: string): number | undefined {
    return this.#pathMtu.get(destination);
  }

  learnPathMtu(destination: string, mtu: number): void {
    this.#pathMtu.set(destination, mtu);
  }

  /** A packet of the host itself. */
  send(packet: Packet, tracking?: Transit["tracking"]): SendFailure | undefined {
    const numbered = packet.dontFragment ? packet : { ...packet, identification: this.#nextId() };
    const transit: Transit = { packet: numbered, mark: 0, tracking };
    if (this.#next(transit.packet.destination) === undefined) return "no-route";
    const verdict = this.netfilter?.before("output", transit) ?? "accept";
    if (!this.#passes(verdict, transit, "output")) return "not-permitted";
    const filtered = this.netfilter?.filter("output", transit) ?? "accept";
    if (!this.#passes(filtered, transit, "output")) return "not-permitted";
    const next = this.#next(transit.packet.destination);
    if (next === undefined) return "no-route";
    if (next === "local") {
      this.#loopBack(transit);
      return undefined;
    }
    const { mtu } = next.out;
    if (transit.packet.dontFragment && packetBytes(transit.packet) > mtu) {
      // Translation may have led to a device that the socket did not know of: it is told as by a router.
      this.refuse(transit, "too-big", { mtu });
      return "too-big";
    }
    return this.#leave(transit, next) ? undefined : "not-permitted";
  }

  receiveFrame(arrivedOn: NetworkInterface, frame: Frame): void {
    if (frame.destinationMac !== arrivedOn.mac) return;
    this.receivePacket(arrivedOn, frame.packet);
  }

  receivePacket(arrivedOn: NetworkInterface, packet: Packet): void {
    const whole =
      this.netfilter !== undefined || this.isLocalAddress(packet.destination)
        ? this.#reassembly.add(packet, this.now)
        : packet;
    if (whole === undefined) return;
    const transit: Transit = { packet: whole, mark: 0, tracking: undefined };
    const verdict = this.netfilter?.before("prerouting", transit) ?? "accept";
    if (this.#passes(verdict, transit, "prerouting")) this.route(arrivedOn, transit);
  }

  /** A packet that is past the first hook: to a socket here, or on to somewhere else. */
  route(arrivedOn: NetworkInterface, transit: Transit): void {
    const next = this.#next(transit.packet.destination);
    if (next === "local") this.#take(transit);
    else if (this.#forwards) this.#forward(arrivedOn, transit, next);
    else this.tell("is for somebody else: dropped", transit.packet);
  }

  /** Sends an ICMP error about a packet, if the budget of its sender allows. */
  refuse(transit: Transit, kind: IcmpErrorKind, details: IcmpDetails = {}): void {
    const { packet } = transit;
    const source = this.isLocalAddress(packet.destination)
      ? packet.destination
      : this.sourceFor(packet.source);
    if (source === undefined) return;
    const error = icmpErrorAbout(packet, source, kind, details);
    if (error === undefined) return;
    const limited = kind !== "too-big" && kind !== "redirect";
    const near = this.isLocalAddress(packet.source);
    const share = this.#budgetShare(packet.source);
    if (limited && !near && !this.budget.takeError(packet.source, this.now, share)) {
      this.tell(`ICMP error to ${packet.source} not sent: its budget is used up`, packet);
      return;
    }
    this.send(error, errorTracking(transit));
  }

  /**
   * How much of the usual time between errors this sender's route asks for: over IPv6 the kernel grants
   * a whole network more than one host, twice as much for each 32 bits that its prefix is shorter.
   */
  #budgetShare(sender: string): number {
    if (!isIPv6(sender)) return 1;
    const to = this.routes.lookup(sender)?.to ?? "::/0";
    return 1 / (1 << ((128 - Number(to.slice(to.indexOf("/") + 1))) >> 5));
  }

  /** The MAC of a neighbour; asks the link where it is not known. */
  resolve(out: NetworkInterface, address: string): string | undefined {
    const known = this.neighbours.mac(address);
    if (known !== undefined) return known;
    const found = out.link?.resolve(out, address);
    if (found === undefined) return undefined;
    const receiver = found.owner?.receiver;
    const own = this.addressOn(out, address);
    if (receiver instanceof NetworkNamespace && own !== undefined) {
      receiver.neighbours.overhear(own, out.mac, this.now);
    }
    this.neighbours.confirm(address, found.mac, this.now);
    return found.mac;
  }

  /** The address that a masqueraded connection to somebody leaves with. */
  addressOn(out: NetworkInterface, towards: string): string | undefined {
    const overIPv6 = isIPv6(towards);
    return out.hostAddresses.find((address) => isIPv6(address) === overIPv6);
  }

  tell(what: string, packet: Packet): void {
    this.follow?.({ atNs: this.now, namespace: this.name, what, packet });
  }

  #nextId(): number {
    this.#identification = (this.#identification % 0xffff) + 1;
    return this.#identification;
  }

  #addressOn(device: string, towards: string): string | undefined {
    const out = this.interface(device);
    const own = out === undefined ? undefined : this.addressOn(out, towards);
    if (own !== undefined) return own;
    // A device without an address lends one of another.
    for (const one of this.#interfaces.values()) {
      const lent = this.addressOn(one, towards);
      if (lent !== undefined) return lent;
    }
    return undefined;
  }

  #next(destination: string): Next | "local" | undefined {
    if (this.isLocalAddress(destination)) return "local";
    const route = this.routes.lookup(destination);
    const out = route === undefined ? undefined : this.interface(route.device);
    if (route === undefined || out === undefined) return undefined;
    return { route, out, hop: route.via ?? destination };
  }

  #passes(verdict: HookVerdict, transit: Transit, hook: string): boolean {
    if (verdict === "accept") return true;
    // Redirects about translated connections end where they would be translated.
    const translates = verdict === "drop" && isRedirect(transit.packet);
    const by = translates ? "translation" : "a rule";
    this.tell(`${verdict === "drop" ? "dropped" : "refused"} by ${by} (${hook})`, transit.packet);
    if (verdict === "reject") this.refuse(transit, "port-unreachable");
    return false;
  }

  #take(transit: Transit): void {
    const verdict = this.netfilter?.filter("input", transit) ?? "accept";
    if (!this.#passes(verdict, transit, "input")) return;
    const after = this.netfilter?.after("input", transit) ?? "accept";
    if (this.#passes(after, transit, "input")) this.deliver(transit.packet, transit);
  }

  #forward(arrivedOn: NetworkInterface, transit: Transit, next: Next | undefined): void {
    const { packet } = transit;
    if (packet.ttl <= 1) {
      this.refuse(transit, "time-exceeded");
      return;
    }
    if (next === undefined) {
      this.refuse(transit, "no-route");
      return;
    }
    const { out, hop } = next;
    // Routers cut nothing of IPv6.
    const whole = packet.dontFragment || isIPv6(packet.source);
    if (whole && packetBytes(packet) > out.mtu) {
      this.refuse(transit, "too-big", { mtu: out.mtu });
      return;
    }
    transit.packet = { ...packet, ttl: packet.ttl - 1 };
    // A sender on the same link could have gone there itself.
    if (out === arrivedOn && !isIPv6(hop) && this.#isOnLink(packet.source, out)) {
      if (this.budget.takeRedirect(packet.source, this.now)) {
        this.refuse(transit, "redirect", { gateway: hop });
      }
    }
    const verdict = this.netfilter?.filter("forward", transit) ?? "accept";
    if (this.#passes(verdict, transit, "forward")) this.#leave(transit, next);
  }

  #isOnLink(address: string, device: NetworkInterface): boolean {
    const route = this.routes.lookup(address);
    return route !== undefined && route.via === undefined && route.device === device.device;
  }

  #leave(transit: Transit, { out, hop }: Next): boolean {
    const own = this.addressOn(out, transit.packet.destination);
    const after = this.netfilter?.after("postrouting", transit, own) ?? "accept";
    if (!this.#passes(after, transit, "postrouting")) return false;
    const mac = this.resolve(out, hop);
    if (mac === undefined) {
      this.tell(`nobody on ${out.name} has ${hop}`, transit.packet);
      this.simulation.after(UNRESOLVED_NS, () => this.refuse(transit, "host-unreachable"));
      return true;
    }
    const { packet } = transit;
    if (packetBytes(packet) <= out.mtu) out.send(packet, mac);
    else for (const piece of fragmentsOf(packet, out.mtu)) out.send(piece, mac);
    return true;
  }

  #loopBack(transit: Transit): void {
    const after = this.netfilter?.after("postrouting", transit) ?? "accept";
    if (!this.#passes(after, transit, "postrouting")) return;
    this.simulation.after(LOOPBACK_NS, () => {
      const verdict = this.netfilter?.before("prerouting", transit) ?? "accept";
      if (this.#passes(verdict, transit, "prerouting")) this.#take(transit);
    });
  }
}

interface Next {
  readonly route: Route;
  readonly out: NetworkInterface;
  readonly hop: string;
}

/** Errors belong to the connection of the packet that they are about. */
function errorTracking({ tracking }: Transit): Transit["tracking"] {
  if (typeof tracking !== "object") return undefined;
  const direction = tracking.direction === "original" ? "reply" : "original";
  return { connection: tracking.connection, direction, state: "RELATED" };
}
