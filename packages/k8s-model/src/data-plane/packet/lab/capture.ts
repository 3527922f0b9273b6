import type { NetworkInterface } from "../link/index.ts";
import { encodeFrame, encodePacket, type Packet, type Transport } from "../wire/index.ts";
import { carried } from "./flow-book.ts";
import type { Lab } from "./lab.ts";
import type { Sighting } from "./sighting.ts";

/** The frames of a lab as bytes, as a capture file wants them. */
export interface LabCapture {
  readonly interfaces: readonly {
    readonly name: string;
    readonly description: string;
    /** A pod's end, a node's network card, an overlay device, a bridge, or the outside client's. */
    readonly place: "pod" | "node" | "overlay" | "bridge" | "client";
    readonly linkType: "ethernet" | "ip";
  }[];
  readonly frames: readonly {
    readonly interface: number;
    readonly atNs: number;
    readonly bytes: Uint8Array;
    readonly comments: readonly string[];
    readonly sent: boolean;
    /**
     * Equal for frames that carry one packet on its way: aged, in a tunnel or not, but not translated
     * in between.
     */
    readonly packet: number;
  }[];
}

type Place = LabCapture["interfaces"][number]["place"];

/** What of a lab goes into a capture. */
export interface CaptureSelection {
  /** The moment that counts as 0; the simulation's start where absent. */
  readonly originNs?: number;
  /** Whether a frame is kept; all are where absent. */
  readonly keeps?: (sighting: Sighting) => boolean;
}

/** What was seen at the interfaces of a lab. */
export function labCapture(
  lab: Lab,
  { originNs = 0, keeps = () => true }: CaptureSelection = {},
): LabCapture {
  // A pod that comes back under its name has a new interface of the same name.
  const captured = [...new Map(lab.interfaces.map((one) => [one.name, one])).values()];
  const index = new Map(captured.map(({ name }, i) => [name, i]));
  const interfaces = captured.map((one) => ({
    name: one.name,
    description: `${one.addresses.join(", ")}, MTU ${one.mtu}`,
    place: placeOf(lab, one),
    linkType: one.mac === "" ? ("ip" as const) : ("ethernet" as const),
  }));
  const numbers = new PacketNumbers();
  const frames = lab.sightings.flatMap((sighting) => {
    const place = index.get(sighting.interface);
    if (place === undefined || !keeps(sighting)) return [];
    const { atNs, frame, sent } = sighting;
    const framed = interfaces[place]?.linkType === "ethernet";
    const bytes = framed ? encodeFrame(frame) : encodePacket(frame.packet);
    const comments = lab.causes.get(sighting) ?? [];
    return [
      {
        interface: place,
        atNs: atNs - originNs,
        bytes,
        comments,
        sent,
        packet: numbers.of(frame.packet),
      },
    ];
  });
  return { interfaces, frames };
}

function placeOf({ plan }: Lab, { namespace, device }: NetworkInterface): Place {
  if (namespace === plan.client.name) return "client";
  if (!plan.nodes.some(({ name }) => name === namespace)) return "pod";
  if (device === "eth0") return "node";
  const overlays = Object.values(plan.overlays);
  return overlays.some((overlay) => overlay.device === device) ? "overlay" : "bridge";
}

/** Tells packets apart by what they carry, which only translation and sending again make anew. */
class PacketNumbers {
  readonly #numbers = new Map<Transport, Map<string, number>>();
  #next = 0;

  of(packet: Packet): number {
    const inner = unwrapped(packet);
    const pieces = this.#numbers.get(inner.transport) ?? new Map<string, number>();
    this.#numbers.set(inner.transport, pieces);
    const piece = `${inner.fragment?.offset} ${packet.fragment?.offset}`;
    const number = pieces.get(piece) ?? this.#next++;
    pieces.set(piece, number);
    return number;
  }
}

/** What all tunnels carry in the end. */
function unwrapped(packet: Packet): Packet {
  const inside = carried(packet);
  return inside === undefined ? packet : unwrapped(inside);
}
