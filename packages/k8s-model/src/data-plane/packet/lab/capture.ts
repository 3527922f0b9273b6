import type { NetworkInterface } from "../link/index.ts";
import { encodeFrame, encodePacket } from "../wire/index.ts";
import type { Lab } from "./lab.ts";

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
  }[];
}

type Place = LabCapture["interfaces"][number]["place"];

/** What was seen at the interfaces that `wanted` names (`n1:eth0`), or at all of them. */
export function labCapture(lab: Lab, wanted?: ReadonlySet<string>): LabCapture {
  const captured = lab.interfaces.filter(({ name }) => wanted === undefined || wanted.has(name));
  const index = new Map(captured.map(({ name }, i) => [name, i]));
  const interfaces = captured.map((one) => ({
    name: one.name,
    description: `${one.addresses.join(", ")}, MTU ${one.mtu}`,
    place: placeOf(lab, one),
    linkType: one.mac === "" ? ("ip" as const) : ("ethernet" as const),
  }));
  const frames = lab.sightings.flatMap((sighting) => {
    const place = index.get(sighting.interface);
    if (place === undefined) return [];
    const { atNs, frame, sent } = sighting;
    const framed = interfaces[place]?.linkType === "ethernet";
    const bytes = framed ? encodeFrame(frame) : encodePacket(frame.packet);
    return [{ interface: place, atNs, bytes, comments: lab.causes.get(sighting) ?? [], sent }];
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
