import type { Diagnostic, SourcePosition } from "../../manifests/diagnostic.ts";
import type { AddressBook, AddressOwner } from "./address-book.ts";
import type { FlowLine, FlowLineReader, FlowRecord } from "./flow-record.ts";
import {
  EdgeTally,
  type ImportedMeasure,
  type ImportedTraffic,
  importProblem,
  LeftOut,
  MOST_PROBLEMS,
} from "./imported-traffic.ts";
import { type EdgeRate, INTERNET, OUTSIDE } from "./observed-edge.ts";
import { isPublic } from "./public-address.ts";

/** One way between two addresses on one edge, by where it was recorded. */
interface Way {
  readonly edge: { readonly source: string; readonly destination: string };
  readonly rate: EdgeRate;
  /** From the sender of the bytes. */
  readonly fromZone: string | undefined;
  readonly toZone: string | undefined;
  readonly at: SourcePosition;
  readonly byObserver: Map<string, number>;
  /** Connections opened, by where it was recorded; absent where the log does not say. */
  opened?: Map<string, number>;
}

/** Ways kept apart; more would fill the memory of a laptop. */
const MOST_WAYS = 5_000_000;

/**
 * Reads a flow log line by line and sums bytes by source workload and Service. The end whose port a
 * Service leads to is the server: what goes to it are requests, what comes back answers. A flow that
 * was recorded at both ends counts once. What the log cannot show: traffic inside a node.
 */
export class FlowLogImport {
  readonly #book: AddressBook;
  readonly #read: FlowLineReader;
  readonly #ways = new Map<string, Way>();
  readonly #leftOut = new LeftOut();
  readonly #diagnostics: Diagnostic[] = [];
  #records = 0;
  #file = "the log";
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  constructor(book: AddressBook, read: FlowLineReader) {
    this.#book = book;
    this.#read = read;
  }

  /** True once so much is wrong that reading on would tell nothing new. */
  get gaveUp(): boolean {
    return this.#diagnostics.length >= MOST_PROBLEMS;
  }

  line(text: string, file: string, line: number): void {
    if (this.gaveUp) return;
    this.#file = file;
    this.#take(this.#read(text), file, line);
  }

  #take(found: FlowLine, file: string, line: number): void {
    if (found.kind === "several") {
      for (const each of found.lines) this.#take(each, file, line);
      return;
    }
    if (found.kind === "skipped") {
      if (found.reason !== undefined) this.#leftOut.add(found.reason);
      return;
    }
    const at = { file, line, column: found.kind === "broken" ? found.column : 1 };
    if (found.kind === "record") {
      this.#count(found.record, at);
      return;
    }
    const remedy = "remove the line, or say --from and --format as the log was made";
    this.#diagnostics.push(importProblem(found.message, remedy, at));
  }

  finish(): ImportedTraffic {
    const seconds = this.#to - this.#from;
    if (this.#records === 0 && this.#diagnostics.length === 0) {
      const at = { file: this.#file, line: 1, column: 1 };
      this.#diagnostics.push(importProblem("The log holds no record.", "pass one that does", at));
    }
    const tally = new EdgeTally();
    for (const { edge, rate, at, byObserver, opened } of this.#ways.values()) {
      tally.add(edge, rate, Math.max(...byObserver.values()), at);
      if (opened === undefined) continue;
      tally.add(edge, "connectionsPerSecond", Math.max(...opened.values()), at);
    }
    return {
      edges: seconds > 0 ? tally.edges(seconds) : [],
      measures: seconds > 0 ? this.#zoneMeasures(seconds) : [],
      notes: [
        ...this.#leftOut.notes(["record is", "records are"]),
        "Traffic inside a node does not pass an interface that is logged: it is missing.",
      ],
      diagnostics: this.#diagnostics,
    };
  }

  #count(record: FlowRecord, at: SourcePosition): void {
    this.#records += 1;
    this.#from = Math.min(this.#from, record.start);
    // A record of one moment covers its second.
    this.#to = Math.max(this.#to, record.end, record.start + 1);
    const source = this.#book.owner(record.source);
    const destination = this.#book.owner(record.destination);
    const asked = this.#serviceAt(destination, record.destinationPort, record.protocol);
    if (asked !== undefined) {
      this.#add(record, source, destination, asked, "requestBytesPerSecond", at);
      return;
    }
    const answering = this.#serviceAt(source, record.sourcePort, record.protocol);
    if (answering !== undefined) {
      this.#add(record, destination, source, answering, "responseBytesPerSecond", at);
      return;
    }
    if (this.#countEgress(record, source, destination, at)) return;
    this.#leftOut.add(reasonFor(source, destination), exampleOf(record, source, destination));
  }

  /** What pods exchange with public addresses passes NAT gateways and is on the bill. */
  #countEgress(
    record: FlowRecord,
    source: AddressOwner | undefined,
    destination: AddressOwner | undefined,
    at: SourcePosition,
  ): boolean {
    const isSent = source?.kind === "pod" && destination === undefined;
    const pod = isSent ? source : destination;
    if (pod?.kind !== "pod" || (!isSent && source !== undefined)) return false;
    if (!isPublic(isSent ? record.destination : record.source)) return false;
    const rate = isSent ? "requestBytesPerSecond" : "responseBytesPerSecond";
    const edge = { source: pod.workload.key, destination: INTERNET };
    const way = this.#wayOf(
      `${edge.source} ${INTERNET} ${rate}`,
      edge,
      rate,
      [undefined, undefined],
      at,
    );
    way?.byObserver.set("", (way.byObserver.get("") ?? 0) + record.bytes);
    return true;
  }

  #serviceAt(owner: AddressOwner | undefined, port: number, protocol: string): string | undefined {
    return owner === undefined ? undefined : this.#book.serviceAt(owner, port, protocol);
  }

  #add(
    record: FlowRecord,
    client: AddressOwner | undefined,
    server: AddressOwner | undefined,
    service: string,
    rate: EdgeRate,
    at: SourcePosition,
  ): void {
    if (client?.kind === "node") {
      this.#leftOut.add(
        "their sender is a node's own address: probes, pods on the host's network, or users outside who were counted where they came in",
      );
      return;
    }
    const source = client?.kind === "pod" ? client.workload.key : OUTSIDE;
    const isRequest = rate === "requestBytesPerSecond";
    const [fromZone, toZone] = isRequest
      ? [zoneOf(client), zoneOf(server)]
      : [zoneOf(server), zoneOf(client)];
    const edge = { source, destination: service };
    // Users outside are recorded at one end only, and there may be millions of them.
    const [a, b] =
      client === undefined
        ? [OUTSIDE, isRequest ? record.destination : record.source]
        : [record.source, record.destination];
    const key = `${source} ${service} ${rate} ${a} ${b}`;
    const way = this.#wayOf(key, edge, rate, [fromZone, toZone], at);
    if (way === undefined) return;
    const observer = client === undefined ? "" : record.observer;
    way.byObserver.set(observer, (way.byObserver.get(observer) ?? 0) + record.bytes);
    if (record.opens === undefined || !isRequest) return;
    way.opened ??= new Map();
    way.opened.set(observer, (way.opened.get(observer) ?? 0) + (record.opens ? 1 : 0));
  }

  #wayOf(
    key: string,
    edge: Way["edge"],
    rate: EdgeRate,
    [fromZone, toZone]: readonly [string | undefined, string | undefined],
    at: SourcePosition,
  ): Way | undefined {
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    if (this.#ways.size >= MOST_WAYS) {
      this.#tooMany(at);
      return undefined;
    }
    const way = { edge, rate, fromZone, toZone, at, byObserver: new Map<string, number>() };
    this.#ways.set(key, way);
    return way;
  }

  #tooMany(at: SourcePosition): void {
    while (!this.gaveUp) {
      const message = `The log has more than ${MOST_WAYS} pairs of addresses.`;
      this.#diagnostics.push(importProblem(message, "pass a shorter stretch of time", at));
    }
  }

  /** Bytes per second by pair of zones, where both ends are pods or nodes of a known zone. */
  #zoneMeasures(seconds: number): readonly ImportedMeasure[] {
    const pairs = new Map<string, number>();
    let crossing = 0;
    for (const { fromZone, toZone, byObserver } of this.#ways.values()) {
      if (fromZone === undefined || toZone === undefined || fromZone === toZone) continue;
      const bytesPerSecond = Math.max(...byObserver.values()) / seconds;
      const pair = `${fromZone}->${toZone}`;
      pairs.set(pair, (pairs.get(pair) ?? 0) + bytesPerSecond);
      crossing += bytesPerSecond;
    }
    const rows = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      { measure: "crossZoneBytes", scope: "all", value: crossing, unit: "B/s" },
      ...rows.map(([scope, value]) => ({ measure: "zonePairBytes", scope, value, unit: "B/s" })),
    ];
  }
}

function zoneOf(owner: AddressOwner | undefined): string | undefined {
  return owner === undefined || owner.kind === "service" ? undefined : owner.zone;
}

function reasonFor(
  source: AddressOwner | undefined,
  destination: AddressOwner | undefined,
): string {
  if (source === undefined && destination === undefined) {
    return "neither end has an address of the cluster";
  }
  if (source === undefined || destination === undefined) {
    return "one end is a private address outside of the cluster, and no Service leads to the other";
  }
  return "no Service leads to either end";
}

function exampleOf(
  record: FlowRecord,
  source: AddressOwner | undefined,
  destination: AddressOwner | undefined,
): string {
  const end = (owner: AddressOwner | undefined, address: string, port: number): string =>
    `${owner?.kind === "pod" ? owner.workload.key : address}:${port}`;
  const from = end(source, record.source, record.sourcePort);
  return `${from} to ${end(destination, record.destination, record.destinationPort)}`;
}
