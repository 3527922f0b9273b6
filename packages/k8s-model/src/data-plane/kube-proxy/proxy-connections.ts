import { invariant } from "@k8s-netsim/sim-core";
import type { ApiServers, Listing, WatchStream } from "../../api-server/index.ts";
import {
  arrivalNs,
  hashUnit,
  jitterSource,
  type SendLine,
  type WatcherClass,
} from "../../store/index.ts";
import { ENDPOINTS, type ProxyNodes, SERVICES, STREAMS, UNCONNECTED } from "./proxy-nodes.ts";
import type { ProxyRuns } from "./proxy-runs.ts";
import { SlowArrivals, type SlowPath, type SlowWatchers } from "./slow-watchers.ts";

export interface ConnectionParts {
  readonly nodes: ProxyNodes;
  readonly runs: ProxyRuns;
  readonly servers: ApiServers;
  readonly streams: readonly [WatchStream, WatchStream];
  readonly slow: SlowWatchers;
  readonly watchers: WatcherClass;
  readonly seed: number;
  /** Takes up everything that was written, and then what was answered until a time. */
  readonly bringUp: (nowNs: number) => void;
  readonly readFacts: () => void;
}

/** Bytes of watch events by what became of them; lists are not among them. */
export interface WatchAccount {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly inFlightBytes: number;
  /** Sent into connections that broke before it arrived. */
  readonly lostBytes: number;
  readonly sentEvents: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** Keeps the draw of back-offs apart from those of jitter. */
const BACK_OFF = 0xbac0ff;

/**
 * The connections of every node's proxy to the API servers: which server it watches, and what happens
 * when that breaks. A broken watch is taken up where it was if that was not long ago, else by a list;
 * clients wait 0.8 s to 1.6 s, doubled up to half a minute, before each attempt.
 */
export class ProxyConnections {
  readonly #parts: ConnectionParts;
  readonly #announced = new Map<number, Listing>();
  /** Nodes that have to list because the server that they watched has lost its memory. */
  readonly #mustList = new Set<number>();
  readonly #serverUpNs: number[];
  #receivedBytes = 0;
  #lostBytes = 0;
  #lastListedNs = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#serverUpNs = parts.servers.links.map(() => 0);
    for (const [index, stream] of parts.streams.entries()) {
      stream.onSent = (position, atNs) => this.#sendSlowly(index, stream, position, atNs);
    }
  }

  /** Opens the first connection of a proxy. */
  open(node: number, nowNs: number): void {
    const [server, upNs] = this.#serverFor(node, nowNs);
    const listing = this.#listing(node, Math.max(nowNs, upNs), server, true);
    if (upNs <= nowNs) this.#parts.servers.list(listing);
    else this.#announce(node, listing);
  }

  /** Ends the connection of a proxy for good. */
  close(node: number, nowNs: number): void {
    this.#withdraw(node);
    if (this.#connected(node)) this.#detach(node, nowNs);
    this.#parts.slow.delete(node);
    this.#mustList.delete(node);
  }

  /** Breaks the connection of a node's proxy, now; it comes back by itself after a back-off. */
  lose(node: number, nowNs: number): void {
    this.#parts.bringUp(nowNs);
    this.#lose(node, nowNs);
    this.#retry(node, nowNs);
  }

  /** Parts a node from every API server, now, until `heal`. */
  partition(node: number, nowNs: number): void {
    this.#parts.bringUp(nowNs);
    this.#lose(node, nowNs);
    this.#withdraw(node);
  }

  /** Lets a parted node through: it connects at its next attempt. */
  heal(node: number, nowNs: number): void {
    this.#parts.bringUp(nowNs);
    this.#retry(node, nowNs);
  }

  /** Restarts an API server: its watchers list, elsewhere if there is another one. */
  restartServer(server: number, nowNs: number, downNs: number): void {
    const { nodes, servers } = this.#parts;
    invariant(
      server >= 0 && server < servers.links.length,
      "an API server that exists is restarted",
    );
    this.#parts.bringUp(nowNs);
    this.#serverUpNs[server] = nowNs + downNs;
    for (let node = 0; node < nodes.count; node++) {
      if (nodes.active[node] === 0 || nodes.server[node] !== server) continue;
      if (!this.#connected(node) && !this.#announced.has(node)) continue;
      this.#withdraw(node);
      this.#lose(node, nowNs);
      this.#mustList.add(node);
      this.#retry(node, nowNs);
    }
  }

  /** From now on a node takes in no more than so many bytes a second. */
  slowDown(node: number, nowNs: number, bytesPerSecond: number): void {
    const { nodes, runs, slow, servers, streams } = this.#parts;
    this.#parts.bringUp(nowNs);
    runs.advance(node, nowNs);
    const onTheWay = streams.map((stream, index) => {
      const arrivals = new SlowArrivals(nodes.covered[node * STREAMS + index] as number);
      if (!this.#connected(node)) return arrivals;
      for (let position = arrivals.end; position < stream.end; position++) {
        const { line, rank, watchers, jitter } = this.#path(node, index);
        arrivals.push(nowNs, arrivalNs(line, position, rank, watchers, jitter), 0);
      }
      return arrivals;
    });
    slow.add(node, bytesPerSecond, servers.parameters.watchBufferEvents, onTheWay);
  }

  /** When the last answer that is known arrives, or is to be asked for (ns). */
  quietNs(): number {
    const { count, untilNs } = this.#parts.servers.announced;
    return Math.max(this.#lastListedNs, count > 0 ? untilNs : 0);
  }

  /** What became of all bytes of watch events until a time. */
  account(nowNs: number): WatchAccount {
    const { nodes, runs, streams } = this.#parts;
    this.#parts.bringUp(nowNs);
    let receivedBytes = this.#receivedBytes;
    let inFlightBytes = 0;
    for (let node = 0; node < nodes.count; node++) {
      if (nodes.active[node] === 0 || !this.#connected(node)) continue;
      runs.advance(node, nowNs);
      for (const [index, stream] of streams.entries()) {
        const before = nodes.bytesBefore[node * STREAMS + index] as number;
        const arrived = stream.bytesBelow(runs.arrivedBy(node, index, nowNs));
        receivedBytes += Math.max(0, arrived - before);
        inFlightBytes += stream.bytesBelow(stream.end) - Math.max(arrived, before);
      }
    }
    const sum = (of: (stream: WatchStream) => number): number =>
      streams.reduce((all, one) => all + of(one), 0);
    return {
      sentBytes: sum(({ sentBytes }) => sentBytes),
      sentEvents: sum(({ sentEvents }) => sentEvents),
      receivedBytes,
      inFlightBytes,
      lostBytes: this.#lostBytes,
    };
  }

  #connected(node: number): boolean {
    return this.#parts.nodes.rank[node] !== UNCONNECTED;
  }

  #lose(node: number, atNs: number): void {
    const { nodes, runs } = this.#parts;
    if (nodes.active[node] !== 1 || !this.#connected(node)) return;
    runs.advance(node, atNs);
    for (let stream = 0; stream < STREAMS; stream++) {
      nodes.heard[node * STREAMS + stream] = runs.arrivedBy(node, stream, atNs);
    }
    this.#detach(node, atNs);
    nodes.lostNs[node] = atNs;
    if (atNs >= (nodes.listedNs[node] as number)) return;
    // The answer to the list is lost with the connection.
    nodes.listedNs[node] = NEVER;
    for (let at = node * STREAMS; at < (node + 1) * STREAMS; at++) {
      nodes.listed[at] = nodes.heard[at] as number;
    }
    this.#mustList.add(node);
  }

  #detach(node: number, atNs: number): void {
    const { nodes, runs, streams } = this.#parts;
    const server = nodes.server[node] as number;
    for (const [index, stream] of streams.entries()) {
      const before = nodes.bytesBefore[node * STREAMS + index] as number;
      const arrived = Math.max(before, stream.bytesBelow(runs.arrivedBy(node, index, atNs)));
      this.#receivedBytes += arrived - before;
      this.#lostBytes += stream.bytesBelow(stream.end) - arrived;
      stream.attached[server] = (stream.attached[server] as number) - 1;
    }
    nodes.rank[node] = UNCONNECTED;
  }

  #retry(node: number, nowNs: number): void {
    const { nodes } = this.#parts;
    if (nodes.active[node] !== 1 || this.#connected(node) || this.#announced.has(node)) return;
    const lostNs = Math.min(nodes.lostNs[node] as number, nowNs);
    const [server, upNs] = this.#serverFor(node, nowNs);
    const atNs = this.#attemptNs(node, lostNs, Math.max(nowNs, upNs));
    const { resumeWithinNs } = this.#parts.servers.parameters;
    const mustList = this.#mustList.delete(node) || atNs - lostNs > resumeWithinNs;
    this.#announce(node, this.#listing(node, atNs, server, mustList || nodes.synced[node] === 0));
  }

  /** The first of a client's attempts, counted from the loss, that is not before a time. */
  #attemptNs(node: number, lostNs: number, fromNs: number): number {
    const { reconnectNs, maxReconnectNs } = this.#parts.servers.parameters;
    let delayNs = reconnectNs;
    let atNs = lostNs;
    for (let attempt = 0; ; attempt++) {
      const jitter = 1 + hashUnit(this.#parts.seed, BACK_OFF, node, attempt);
      atNs += Math.ceil(Math.max(1, delayNs) * jitter);
      if (atNs > fromNs) return atNs;
      delayNs = Math.min(2 * delayNs, maxReconnectNs);
    }
  }

  /** The server that a node turns to, and when it is up. */
  #serverFor(node: number, nowNs: number): readonly [server: number, upNs: number] {
    const servers = this.#serverUpNs.length;
    const first = node % servers;
    let best = first;
    for (let step = 0; step < servers; step++) {
      const server = (first + step) % servers;
      if ((this.#serverUpNs[server] as number) <= nowNs) return [server, nowNs];
      if ((this.#serverUpNs[server] as number) < (this.#serverUpNs[best] as number)) best = server;
    }
    return [best, this.#serverUpNs[best] as number];
  }

  #listing(node: number, atNs: number, server: number, mustList: boolean): Listing {
    const { nodes, streams } = this.#parts;
    const heard = [SERVICES, ENDPOINTS].map((at) => nodes.heard[node * STREAMS + at] as number);
    return {
      atNs,
      server,
      streams,
      ...(mustList ? {} : { resumeFrom: heard }),
      listed: (doneNs) => this.#listed(node, atNs, server, mustList, doneNs),
    };
  }

  #listed(node: number, atNs: number, server: number, skipped: boolean, doneNs: number): void {
    const { nodes, runs, streams, slow, watchers } = this.#parts;
    this.#announced.delete(node);
    this.#parts.readFacts();
    runs.advance(node, atNs);
    for (const [index, stream] of streams.entries()) {
      nodes.listed[node * STREAMS + index] = stream.end;
      nodes.bytesBefore[node * STREAMS + index] = stream.bytesBelow(stream.end);
    }
    nodes.listedNs[node] = doneNs + watchers.latencyNs;
    nodes.lostNs[node] = NEVER;
    nodes.server[node] = server;
    nodes.rank[node] = (streams[0].attached[server] as number) - 1;
    nodes.skipped[node] = skipped ? 1 : 0;
    slow.restart(node, ends(streams));
    this.#lastListedNs = Math.max(this.#lastListedNs, doneNs);
  }

  #sendSlowly(index: number, stream: WatchStream, position: number, atNs: number): void {
    const { slow } = this.#parts;
    for (const node of slow.nodes) {
      if (!this.#connected(node)) continue;
      const path = { ...this.#path(node, index), atNs };
      if (!slow.send(node, index, stream, position, path)) continue;
      this.#parts.readFacts();
      this.#lose(node, atNs);
      this.#mustList.add(node);
      this.#retry(node, atNs);
    }
  }

  #path(node: number, stream: number): Omit<SlowPath, "atNs"> {
    const { nodes, streams, watchers, seed } = this.#parts;
    return {
      line: (streams[stream] as WatchStream).lines[nodes.server[node] as number] as SendLine,
      rank: nodes.rank[node] as number,
      watchers,
      jitter: jitterSource(seed, stream, node),
    };
  }

  #announce(node: number, listing: Listing): void {
    this.#announced.set(node, listing);
    this.#parts.servers.announce(listing);
  }

  #withdraw(node: number): void {
    const listing = this.#announced.get(node);
    if (listing === undefined) return;
    this.#announced.delete(node);
    this.#parts.servers.withdraw(listing);
  }
}

function ends(streams: readonly WatchStream[]): readonly number[] {
  return streams.map(({ end }) => end);
}
