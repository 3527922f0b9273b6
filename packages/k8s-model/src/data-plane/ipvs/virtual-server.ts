import { hashText } from "../../store/index.ts";
import { maglevTable } from "../maglev/index.ts";
import { addressBucket, destinationBuckets, sourceBuckets } from "./hash-tables.ts";
import {
  leastConnection,
  neverQueue,
  shortestExpectedDelay,
  weightedLeastConnection,
} from "./least-loaded.ts";
import type { IpvsClient, IpvsScheduler, RealServer } from "./real-server.ts";

/** `CONFIG_IP_VS_MH_TAB_INDEX` 12. */
const MAGLEV_SIZE = 4093;

/** What a new real server starts with. */
export interface RealServerSpec {
  readonly key: string;
  readonly weight: number;
}

/**
 * One Service address and port in the kernel of one node: its endpoints with their counters, and the
 * state of its scheduler. Nothing is shared between nodes: round robin starts anew on each of them,
 * and least-connection knows only the node's own connections.
 */
export class VirtualServer {
  readonly scheduler: IpvsScheduler;
  #servers: RealServer[] = [];
  /** rr and wrr: where the last connection went, by place in the list. */
  #last = -1;
  /** wrr: the weight that a server needs in this round. */
  #currentWeight = 0;
  #buckets: readonly (RealServer | undefined)[] | undefined;
  #maglev: Int32Array | undefined;

  constructor(scheduler: IpvsScheduler) {
    this.scheduler = scheduler;
  }

  get servers(): readonly RealServer[] {
    return this.#servers;
  }

  /**
   * Brings the list of endpoints up to date. An endpoint that is gone takes nothing new; it stays, with
   * weight 0, for as long as it has established connections (graceful termination). A new one stands
   * first in the kernel's list; round robin goes on after the server that it chose last.
   */
  update(endpoints: readonly RealServerSpec[]): void {
    const wanted = new Map(endpoints.map((one) => [one.key, one]));
    const servers: RealServer[] = [];
    let last: RealServer | undefined;
    for (const [place, server] of this.#servers.entries()) {
      const spec = wanted.get(server.key);
      wanted.delete(server.key);
      if (spec === undefined && server.active === 0) continue;
      server.weight = spec?.weight ?? 0;
      servers.push(server);
      if (place <= this.#last) last = server;
    }
    for (const { key, weight } of wanted.values()) {
      servers.unshift({ key, weight, active: 0, inactive: 0 });
    }
    this.#servers = servers;
    // wrr begins again from the head of the list.
    this.#last = last === undefined || this.scheduler === "wrr" ? -1 : servers.indexOf(last);
    this.#currentWeight = 0;
    this.#buckets = undefined;
    this.#maglev = undefined;
  }

  /** The server of a new connection; undefined where none takes any. Counters do not change. */
  schedule(client: IpvsClient): RealServer | undefined {
    switch (this.scheduler) {
      case "rr":
        return this.#roundRobin();
      case "wrr":
        return this.#weightedRoundRobin();
      case "lc":
        return leastConnection(this.#servers);
      case "wlc":
        return weightedLeastConnection(this.#servers);
      case "sed":
        return shortestExpectedDelay(this.#servers);
      case "nq":
        return neverQueue(this.#servers);
      case "mh":
        return this.#maglevServer(client);
      default:
        return this.#hashed(client);
    }
  }

  /** Removes what {@link update} kept only for its connections. */
  dropIdle(): void {
    const left = this.#servers.filter(({ weight, active }) => weight > 0 || active > 0);
    if (left.length < this.#servers.length) {
      this.update(left.filter(({ weight }) => weight > 0));
    }
  }

  #roundRobin(): RealServer | undefined {
    const { length } = this.#servers;
    for (let step = 1; step <= length; step++) {
      const at = (this.#last + step) % length;
      const server = this.#servers[at] as RealServer;
      if (server.weight <= 0) continue;
      this.#last = at;
      return server;
    }
    return undefined;
  }

  /** Rounds with a falling threshold: a server is taken while its weight reaches it. */
  #weightedRoundRobin(): RealServer | undefined {
    const weights = this.#servers.map(({ weight }) => weight).filter((weight) => weight > 0);
    if (weights.length === 0) return undefined;
    const step = weights.reduce(greatestCommonDivisor);
    const heaviest = Math.max(...weights);
    for (;;) {
      this.#last++;
      if (this.#last >= this.#servers.length) {
        this.#last = 0;
        this.#currentWeight -= step;
      }
      if (this.#currentWeight <= 0) this.#currentWeight = heaviest;
      const server = this.#servers[this.#last] as RealServer;
      if (server.weight >= this.#currentWeight) return server;
    }
  }

  #hashed({ source, destination }: IpvsClient): RealServer | undefined {
    const bySource = this.scheduler === "sh";
    this.#buckets ??= bySource ? sourceBuckets(this.#servers) : destinationBuckets(this.#servers);
    const server = this.#buckets[addressBucket(bySource ? source : destination)];
    return server !== undefined && server.weight > 0 ? server : undefined;
  }

  /** kube-proxy turns on `mh-port`: the port of the client is hashed, too. */
  #maglevServer({ source, sourcePort }: IpvsClient): RealServer | undefined {
    this.#maglev ??= maglevTable(
      this.#servers.map(({ key }) => key),
      MAGLEV_SIZE,
      this.#servers.map(({ weight }) => weight),
    );
    const entry = hashText(`${source} ${sourcePort}`) % MAGLEV_SIZE;
    return this.#servers[this.#maglev[entry] as number];
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
