import type { Observation, ObservedPacket, Quoted } from "./observation.ts";

/** Ports that situations name; all others are chance, and get a name in the order of appearance. */
const NAMED_PORTS = new Set([
  80, 81, 53, 99, 8080, 5353, 9999, 9998, 9899, 8472, 31_999, 30_080, 30_081, 30_082, 30_083,
  30_084, 30_180, 30_181, 30_182, 30_183, 30_184,
]);
const USUAL_PORT_DIGITS = 5;

/** One packet as text, its chance ports named, and what belongs to no comparison left out. */
export interface CanonicalPacket {
  readonly atUs: number;
  readonly interface: string;
  readonly text: string;
  /** The client's port of the connection, as the client has it; tunnels count as what is in them. */
  readonly flow: string;
}

/** Port names of one situation. */
export class PortNames {
  readonly #names = new Map<number, string>();
  readonly #roles: ReadonlyMap<number, string>;

  /** `roles`: ports that differ from run to run, but have a meaning. */
  constructor(roles: ReadonlyMap<number, string> = new Map()) {
    this.#roles = roles;
  }

  name(port: number | null | undefined): string {
    if (port === null || port === undefined) return "-";
    if (NAMED_PORTS.has(port)) return String(port);
    const known = this.#roles.get(port) ?? this.#names.get(port);
    if (known !== undefined) return known;
    const name = `e${this.#names.size + 1}`;
    this.#names.set(port, name);
    return name;
  }

  isNamed(port: number): boolean {
    return NAMED_PORTS.has(port) || this.#roles.has(port);
  }
}

/** From one way of writing a connection to the client's port as its server sees it. */
export type ServersView = ReadonlyMap<string, { readonly seen: number; readonly own: number }>;

/** What translations the nodes' events tell: which port a server saw in place of the client's own. */
export function serversView({ events }: Observation): ServersView {
  const view = new Map<string, { seen: number; own: number }>();
  for (const list of Object.values(events)) {
    for (const { text } of list) {
      const ends = [...text.matchAll(/src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g)];
      const [original, reply] = ends.map((match) => match.slice(1));
      if (original === undefined || reply === undefined) continue;
      const own = Number(original[2]);
      const seen = Number(reply[3]);
      const translated = { seen, own: view.get(keyOf(original))?.own ?? own };
      view.set(keyOf(original), translated);
      view.set(keyOf(reply), translated);
      // Between the two translations: to the endpoint, still from the client.
      const [source = "", , sourcePort = ""] = original;
      const [endpoint = "", , endpointPort = ""] = reply;
      const between = keyOf([source, endpoint, sourcePort, endpointPort]);
      if (!view.has(between)) view.set(between, translated);
    }
  }
  return view;
}

function keyOf([source, destination, sourcePort, destinationPort]: readonly string[]): string {
  const ends = [`${source}:${sourcePort}`, `${destination}:${destinationPort}`];
  return ends.sort().join(" ");
}

/** The packets of an observation in the form in which two are compared. */
export function canonicalPackets(
  observation: Observation,
  names: PortNames,
): readonly CanonicalPacket[] {
  const view = serversView(observation);
  return rebased(observation.packets).map((packet) => ({
    atUs: packet.atUs,
    interface: packet.interface,
    text: textOf(packet, names, view),
    flow: flowOf(packet, names, view),
  }));
}

/** Sequence numbers counted from the latest SYN of their side: a pair of ports may come again. */
function rebased(packets: readonly ObservedPacket[]): readonly ObservedPacket[] {
  const bases = new Map<string, number>();
  return packets.map((packet) => {
    const { tunnel } = packet;
    if (tunnel !== undefined) {
      return {
        ...packet,
        tunnel: { ...tunnel, inner: rebase(tunnel.inner, packet.interface, bases) },
      };
    }
    return rebase(packet, packet.interface, bases);
  });
}

function rebase(packet: ObservedPacket, place: string, bases: Map<string, number>): ObservedPacket {
  const { source, sourcePort, destination, destinationPort, sequence, acknowledgment } = packet;
  if (packet.protocol !== "TCP" || sequence === null) return packet;
  const here = `${place} ${source}:${sourcePort} ${destination}:${destinationPort}`;
  const there = `${place} ${destination}:${destinationPort} ${source}:${sourcePort}`;
  if (packet.info === "S" || packet.info === "SA") bases.set(here, sequence);
  return {
    ...packet,
    sequence: sequence - (bases.get(here) ?? 0),
    acknowledgment: acknowledgment === null ? null : acknowledgment - (bases.get(there) ?? 0),
  };
}

function clientPort(packet: ObservedPacket, names: PortNames): number {
  const { sourcePort, destinationPort } = packet;
  if (sourcePort === null || destinationPort === null) return 0;
  return names.isNamed(sourcePort) ? destinationPort : sourcePort;
}

function translationOf(
  packet: ObservedPacket,
  names: PortNames,
  view: ServersView,
): { seen: number; own: number } {
  const { source, destination, sourcePort, destinationPort } = packet;
  const key = keyOf([source, destination, String(sourcePort), String(destinationPort)]);
  const port = clientPort(packet, names);
  return view.get(key) ?? { seen: port, own: port };
}

function flowOf(packet: ObservedPacket, names: PortNames, view: ServersView): string {
  const { tunnel, quoted, protocol } = packet;
  if (tunnel !== undefined) return flowOf(tunnel.inner, names, view);
  if (quoted !== undefined) {
    const { sourcePort = 0, destinationPort = 0 } = quoted;
    const client = names.isNamed(sourcePort) ? destinationPort : sourcePort;
    return `${quoted.protocol} ${client}`;
  }
  return `${protocol} ${translationOf(packet, names, view).own}`;
}

/** How much shorter a server's answer is that prints a port of fewer than five digits. */
function missingDigits(packet: ObservedPacket, names: PortNames, view: ServersView): number {
  const { seen } = translationOf(packet, names, view);
  return seen === 0 ? 0 : USUAL_PORT_DIGITS - String(seen).length;
}

function textOf(packet: ObservedPacket, names: PortNames, view: ServersView): string {
  const { tunnel, protocol } = packet;
  const adjusted = adjust(packet, names, view);
  const { source, destination, sequence, acknowledgment, payload, ttl, ipLength } = adjusted;
  const parts = [
    `${source}:${names.name(packet.sourcePort)} > ${destination}:${names.name(packet.destinationPort)}`,
    protocol,
    packet.info,
    `seq ${sequence} ack ${acknowledgment} payload ${payload} ttl ${ttl}`,
    `length ${ipLength}/${adjusted.frameLength}`,
  ];
  if (packet.dontFragment === true) parts.push("df");
  if (packet.mtu !== undefined) parts.push(`mtu ${packet.mtu}`);
  if (packet.quoted !== undefined) parts.push(quotedText(packet.quoted, names, packet.quotedBytes));
  if (tunnel !== undefined) {
    const { vni, sourceMac, destinationMac, inner } = tunnel;
    const plain = { ...inner, frameLength: null };
    parts.push(`vxlan ${vni} ${sourceMac} > ${destinationMac} {${textOf(plain, names, view)}}`);
  }
  return parts.join(" ");
}

function quotedText(quoted: Quoted, names: PortNames, bytes: number | undefined): string {
  const { source, destination, protocol, sourcePort, destinationPort, ttl, ipLength } = quoted;
  const ends = `${source}:${names.name(sourcePort)} > ${destination}:${names.name(destinationPort)}`;
  return `about {${ends} ${protocol} ttl ${ttl} length ${ipLength}} quoting ${bytes}`;
}

/** The packet as it would be had the server printed a port of five digits. */
function adjust(packet: ObservedPacket, names: PortNames, view: ServersView): ObservedPacket {
  const { tunnel, protocol } = packet;
  if (tunnel !== undefined) {
    const inner = adjust(tunnel.inner, names, view);
    const more = inner.ipLength - tunnel.inner.ipLength;
    return lengthened(packet, more);
  }
  if (protocol !== "TCP" && protocol !== "UDP") return packet;
  const missing = missingDigits(packet, names, view);
  if (missing === 0) return packet;
  const fromServer = packet.sourcePort !== null && names.isNamed(packet.sourcePort);
  const answers = fromServer && (packet.payload ?? 0) > 0;
  const longer = answers ? lengthened(packet, missing) : packet;
  if (protocol === "UDP") return longer;
  const beyond = (n: number | null): number | null => (n !== null && n > 1 ? n + missing : n);
  return fromServer
    ? { ...longer, sequence: beyond(packet.sequence) }
    : { ...longer, acknowledgment: beyond(packet.acknowledgment) };
}

function lengthened(packet: ObservedPacket, bytes: number): ObservedPacket {
  const { payload, ipLength, frameLength } = packet;
  return {
    ...packet,
    payload: payload === null ? null : payload + bytes,
    ipLength: ipLength + bytes,
    frameLength: frameLength === null ? null : frameLength + bytes,
  };
}

/** An entry or event of connection tracking, its seconds apart. */
export interface CanonicalEntry {
  readonly text: string;
  readonly seconds: number;
  readonly flow: string;
}

export function canonicalEntry(text: string, names: PortNames, view: ServersView): CanonicalEntry {
  const [, protocol = "", seconds = "0", rest = ""] = /^(\w+) \d+ (\d+) (.*)$/.exec(text) ?? [];
  const named = rest
    .replace(/(sport|dport)=(\d+)/g, (_, side, port) => `${side}=${names.name(Number(port))}`)
    .replace(/id=(\d+)/g, "id");
  const original = /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/.exec(rest)?.slice(1) ?? [];
  const own = view.get(keyOf(original))?.own ?? Number(original[2] ?? 0);
  return {
    text: `${protocol} ${named}`,
    seconds: Number(seconds),
    flow: `${protocol.toUpperCase()} ${own}`,
  };
}

/** What a note says, without ports by chance, dates and durations. */
export function canonicalNote([what, result]: readonly [string, unknown]): string {
  return `${what}: ${JSON.stringify(result)}`
    .replace(/(\d+\.\d+\.\d+\.\d+):\d{4,5}\b/g, "$1:e")
    .replace(/"Date":"[^"]*"/, '"Date":""')
    .replace(/time \d+ms/, "time");
}
