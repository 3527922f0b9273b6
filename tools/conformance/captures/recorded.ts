import type { Observation, ObservedPacket, ObservedTable } from "./observation.ts";

type Row = readonly [
  us: number,
  name: string,
  src: string,
  sport: number | null,
  dst: string,
  dport: number | null,
  proto: string,
  info: string | readonly (string | number)[] | null,
  seq: number | null,
  ack: number | null,
  payload: number | null,
  ttl: number,
  ipLen: number,
  frameLen: number | null,
  sumsOk: boolean,
  more?: More | null,
];

interface More {
  readonly df?: boolean;
  readonly mtu?: number;
  readonly quoted?: {
    readonly src: string;
    readonly dst: string;
    readonly proto: string;
    readonly sport?: number;
    readonly dport?: number;
    readonly ttl: number;
    readonly ipLen: number;
  };
  readonly quotedBytes?: number;
  readonly vxlan?: {
    readonly vni: number;
    readonly innerSrcMac: string;
    readonly innerDstMac: string;
    readonly inner: Row;
  };
}

/** The fields of a packet row, in the order of {@link Row}. */
export const COLUMNS: readonly string[] = [
  "us",
  "if",
  "src",
  "sport",
  "dst",
  "dport",
  "proto",
  "info",
  "seq",
  "ack",
  "payload",
  "ttl",
  "ipLen",
  "frameLen",
  "sumsOk",
  "more",
];

/** Fields that only some packets have. */
const OPTIONAL: ReadonlySet<string> = new Set(["more", "sumsOk"]);

/** One situation of a capture file. */
export interface RecordedScenario {
  readonly scenario: string;
  readonly notes: readonly (readonly [ms: number, what: string, result: unknown])[];
  readonly packetCount: number;
  readonly packets: readonly Row[];
  readonly conntrackEvents: Readonly<Record<string, readonly (readonly [number, string])[]>>;
  readonly conntrackTables: readonly {
    readonly when: string;
    readonly tables: Readonly<Record<string, readonly string[]>>;
  }[];
}

/** What is wrong with a scenario's shape, in words; undefined where it can be compared. */
export function shapeProblem(
  scenario: Partial<Record<keyof RecordedScenario, unknown>>,
  columns: readonly string[],
): string | undefined {
  const missing = COLUMNS.filter((name) => !OPTIONAL.has(name) && !columns.includes(name));
  if (missing.length > 0) return `no column ${missing.join(", ")}.`;
  const { packets, notes, packetCount, conntrackEvents, conntrackTables } = scenario;
  if (!Array.isArray(packets)) return "no list of packets.";
  const short = packets.findIndex((row) => !Array.isArray(row) || row.length < columns.length - 2);
  if (short >= 0) return `packet ${short} is no row of ${columns.length} fields.`;
  if (typeof packetCount !== "number" || packetCount < packets.length) {
    return `packetCount ${packetCount} with ${packets.length} packets.`;
  }
  if (!Array.isArray(notes)) return "no list of notes.";
  if (typeof conntrackEvents !== "object" || conntrackEvents === null) return "no conntrackEvents.";
  return Array.isArray(conntrackTables) ? undefined : "no list of conntrackTables.";
}

/** The scenario as an observation, without what the observers did themselves; rows in order of time. */
export function recorded(
  scenario: RecordedScenario,
  columns: readonly string[] = COLUMNS,
): Observation {
  const places = COLUMNS.map((name) => columns.indexOf(name));
  const rows = scenario.packets.map((row) => places.map((at) => row[at]) as unknown as Row);
  rows.sort((a, b) => a[0] - b[0]);
  const events = Object.entries(scenario.conntrackEvents).map(([node, list]) => [
    node,
    list.filter(([, text]) => !isObservers(text)).flatMap(([, text]) => eventOf(text)),
  ]);
  return {
    packets: rows.map(packetOf),
    cut: scenario.packetCount > scenario.packets.length,
    events: Object.fromEntries(events),
    tables: scenario.conntrackTables.map(tableOf),
    notes: scenario.notes.map(([, what, result]) => [what, result] as const),
  };
}

/** The observers read kube-proxy's metrics on the node's loopback. */
function isObservers(text: string): boolean {
  return text.includes("port=10249");
}

function eventOf(line: string): readonly { kind: string; text: string }[] {
  const [, kind = "", rest = ""] = /^\[([A-Z]+)\] +(.*)$/.exec(line) ?? [];
  const text = rest.replace(/ \[USERSPACE\].*$/, "").replace(/ +/g, " ");
  // Entries that expired are reported when the kernel's collector comes by, without seconds.
  const expired = kind === "DESTROY" && !/^\w+ \d+ \d+ /.test(text);
  return expired ? [] : [{ kind, text }];
}

function tableOf({ when, tables }: RecordedScenario["conntrackTables"][number]): ObservedTable {
  const entries = Object.entries(tables).map(([node, lines]) => [
    node,
    lines
      .filter((line) => !isObservers(line))
      .map((line) => line.replace(/ mark=\d+ use=\d+/, "").replace(/ +/g, " ")),
  ]);
  return { when, entries: Object.fromEntries(entries) };
}

function packetOf(row: Row): ObservedPacket {
  const [atUs, name, source, sourcePort, destination, destinationPort, protocol, info] = row;
  const more = row[15] ?? {};
  const { quoted, vxlan } = more;
  return {
    atUs,
    interface: name,
    source,
    sourcePort,
    destination,
    destinationPort,
    protocol,
    info: info === null ? "" : typeof info === "string" ? info : info.join("/"),
    sequence: row[8],
    acknowledgment: row[9],
    payload: row[10],
    ttl: row[11],
    ipLength: row[12],
    frameLength: row[13],
    ...(more.df === true ? { dontFragment: true } : {}),
    ...(more.mtu === undefined ? {} : { mtu: more.mtu }),
    ...(more.quotedBytes === undefined ? {} : { quotedBytes: more.quotedBytes }),
    ...(quoted === undefined
      ? {}
      : {
          quoted: {
            source: quoted.src,
            destination: quoted.dst,
            protocol: quoted.proto,
            ...(quoted.sport === undefined ? {} : { sourcePort: quoted.sport }),
            ...(quoted.dport === undefined ? {} : { destinationPort: quoted.dport }),
            ttl: quoted.ttl,
            ipLength: quoted.ipLen,
          },
        }),
    ...(vxlan === undefined
      ? {}
      : {
          tunnel: {
            vni: vxlan.vni,
            sourceMac: vxlan.innerSrcMac,
            destinationMac: vxlan.innerDstMac,
            inner: packetOf(vxlan.inner),
          },
        }),
  };
}
