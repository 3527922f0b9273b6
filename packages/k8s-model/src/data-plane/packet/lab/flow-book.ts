import { type TrackingEvent, tupleOf } from "../netfilter/index.ts";
import { isIcmp, type Packet } from "../wire/index.ts";
import type { Sighting } from "./sighting.ts";

/** One connection of a lab, wherever it was seen and whatever became of its addresses. */
export interface Flow {
  /** Its frames at all interfaces, in order of time; errors about it and what tunnels carry included. */
  readonly sightings: readonly Sighting[];
  /** What the nodes' connection tracking told of it. */
  readonly events: readonly { readonly node: string; readonly event: TrackingEvent }[];
}

/** Both ends of a socket, as its program sees them. */
interface FlowEnds {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

interface OpenFlow {
  readonly sightings: Sighting[];
  readonly events: { readonly node: string; readonly event: TrackingEvent }[];
}

type Ends = Pick<
  NonNullable<ReturnType<typeof tupleOf>>,
  "protocol" | "source" | "destination" | "sourcePort" | "destinationPort"
>;

/**
 * Tells which frames of a lab belong together: those between the same two ends, and those that
 * connection tracking says are the same connection between other ends.
 */
export class FlowBook {
  readonly #byEnds = new Map<string, OpenFlow>();
  readonly #bySighting = new Map<Sighting, OpenFlow>();

  /** A frame was seen. */
  seen(sighting: Sighting): void {
    const tuple = tupleOf(innermost(sighting.frame.packet));
    if (tuple === undefined) return;
    const flow = this.#flow(keyOf(tuple));
    flow.sightings.push(sighting);
    this.#bySighting.set(sighting, flow);
  }

  /** Tracking of a node told something. */
  tracked(node: string, event: TrackingEvent): void {
    const { original, reply } = event.connection;
    const flow = this.#flow(keyOf(original));
    flow.events.push({ node, event });
    // Ports are used again: the latest connection has them.
    if (event.kind !== "NEW") return;
    this.#byEnds.set(keyOf(reply), flow);
    // Between the two translations the packet has one end of each.
    const { source: destination, sourcePort: destinationPort } = reply;
    this.#byEnds.set(keyOf({ ...original, destination, destinationPort }), flow);
  }

  /** The flow of a socket; undefined where none of its packets was seen. */
  of(
    protocol: "tcp" | "udp" | "sctp",
    { localAddress: source, localPort, remoteAddress: destination, remotePort }: FlowEnds,
  ): Flow | undefined {
    const ends = { protocol, source, sourcePort: localPort, destination };
    return this.#byEnds.get(keyOf({ ...ends, destinationPort: remotePort }));
  }

  /** The flow of a packet as it is now, translated or not; undefined where none is known yet. */
  ofPacket(packet: Packet): Flow | undefined {
    const tuple = tupleOf(innermost(packet));
    return tuple === undefined ? undefined : this.#byEnds.get(keyOf(tuple));
  }

  /** The flow that a frame belongs to. */
  flowOf(sighting: Sighting): Flow | undefined {
    return this.#bySighting.get(sighting);
  }

  #flow(key: string): OpenFlow {
    const known = this.#byEnds.get(key);
    if (known !== undefined) return known;
    const flow: OpenFlow = { sightings: [], events: [] };
    this.#byEnds.set(key, flow);
    return flow;
  }
}

/** What a tunnel's packet carries; undefined of others. */
export function carried({ transport }: Packet): Packet | undefined {
  if (transport.kind === "ipip") return transport.packet;
  if (transport.kind !== "udp") return undefined;
  return transport.sealed?.packet ?? transport.tunnelled?.frame.packet;
}

/** The packet that all the wrapping is about: inside of tunnels, and quoted by errors. */
export function innermost(packet: Packet): Packet {
  const { transport } = packet;
  const inside = carried(packet);
  if (inside !== undefined) return innermost(inside);
  if (isIcmp(transport) && transport.quoted !== undefined) {
    return innermost(transport.quoted.packet);
  }
  return packet;
}

/** The same for both directions. */
function keyOf({ protocol, source, sourcePort, destination, destinationPort }: Ends): string {
  const [one, other] = [`${source} ${sourcePort}`, `${destination} ${destinationPort}`];
  return one < other ? `${protocol} ${one} ${other}` : `${protocol} ${other} ${one}`;
}
