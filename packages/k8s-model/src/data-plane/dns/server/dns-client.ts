import type { EventId, Simulation } from "@k8s-netsim/sim-core";
import {
  type AddressFamily,
  type DnsQuery,
  type Lookup,
  type LookupEvent,
  type LookupResult,
  type LookupWait,
  type ResolverConfig,
  type ResolverLibrary,
  type ResolverMemory,
  resolverMemory,
  startLookup,
  wokenNs,
} from "../resolver/index.ts";
import { addressesThatFit } from "./datagram-size.ts";
import type { DnsPath } from "./dns-path.ts";
import { addressesOf, type DnsResponse } from "./dns-record.ts";
import type { DnsHop } from "./dns-server.ts";

export interface DnsClientOptions {
  readonly library: ResolverLibrary;
  readonly config: ResolverConfig;
  /** The way to each name server of the configuration, in its order. */
  readonly paths: readonly DnsPath[];
  readonly family?: AddressFamily;
}

/** A look-up that has ended. */
export interface FinishedLookup {
  readonly result: LookupResult;
  readonly durationNs: number;
  /** Queries sent, repetitions included. */
  readonly queries: number;
  /** Time that the answer with the addresses may be kept, in seconds; applications rarely see it. */
  readonly ttlSeconds: number | undefined;
}

/** A process that looks up names with one of the libraries, over simulated paths and servers. */
export class DnsClient {
  readonly #sim: Simulation;
  readonly #options: DnsClientOptions;
  readonly #memory: ResolverMemory = resolverMemory();

  constructor(sim: Simulation, options: DnsClientOptions) {
    this.#sim = sim;
    this.#options = options;
  }

  lookUp(name: string, done: (finished: FinishedLookup) => void): void {
    const { library, config, paths, family = "any" } = this.#options;
    const nowNs = this.#sim.now as number;
    const lookup = startLookup(library, { name, family, config, nowNs, memory: this.#memory });
    new RunningLookup(this.#sim, lookup, paths, done).begin();
  }
}

class RunningLookup {
  readonly #sim: Simulation;
  readonly #lookup: Lookup;
  readonly #paths: readonly DnsPath[];
  readonly #done: (finished: FinishedLookup) => void;
  readonly #startNs: number;
  readonly #servers = new Map<number, DnsHop>();
  #deadline: EventId | undefined;
  #queries = 0;
  #ttlSeconds: number | undefined;
  #over = false;

  constructor(
    sim: Simulation,
    lookup: Lookup,
    paths: readonly DnsPath[],
    done: (finished: FinishedLookup) => void,
  ) {
    this.#sim = sim;
    this.#lookup = lookup;
    this.#paths = paths;
    this.#done = done;
    this.#startNs = sim.now as number;
  }

  begin(): void {
    this.#follow(this.#lookup.next());
  }

  #tell(event: LookupEvent): void {
    if (this.#deadline !== undefined) this.#sim.cancel(this.#deadline);
    this.#deadline = undefined;
    this.#follow(this.#lookup.next(event));
  }

  #follow(step: IteratorResult<LookupWait, LookupResult>): void {
    if (step.done === true) {
      this.#over = true;
      const durationNs = (this.#sim.now as number) - this.#startNs;
      const ttlSeconds = this.#ttlSeconds;
      this.#done({ result: step.value, durationNs, queries: this.#queries, ttlSeconds });
      return;
    }
    const { send, untilNs } = step.value;
    this.#sendAll(send);
    if (!Number.isFinite(untilNs)) return;
    const nowNs = this.#sim.now as number;
    this.#deadline = this.#sim.at(wokenNs(untilNs, nowNs), () => {
      this.#deadline = undefined;
      this.#tell({ nowNs: this.#sim.now as number });
    });
  }

  /** Two datagrams at one instant that open a socket run the race. */
  #sendAll(queries: readonly DnsQuery[]): void {
    const opened = new Map<number, number>();
    for (const query of queries) {
      this.#queries++;
      const path = this.#paths[query.server] as DnsPath;
      const known = this.#servers.get(query.socket);
      const server = known ?? path.server();
      this.#servers.set(query.socket, server);
      const fresh = known === undefined;
      const place = fresh ? 1 : opened.get(query.socket);
      if (place !== undefined) opened.set(query.socket, place + 1);
      const second = !fresh && place === 2 && query.transport === "udp";
      if (second && path.pairLoses()) continue;
      path.send(query, server, fresh, (response) => this.#receive(query, response));
    }
  }

  #receive(query: DnsQuery, response: DnsResponse): void {
    if (this.#over) return;
    const all = addressesOf(response, query.type);
    const fitting = query.transport === "tcp" ? all.length : addressesThatFit(query);
    const addresses = all.slice(0, fitting);
    if (addresses.length > 0) this.#ttlSeconds = response.ttlSeconds;
    const answer = { rcode: response.rcode, addresses, truncated: fitting < all.length };
    this.#tell({ nowNs: this.#sim.now as number, arrival: { query, answer } });
  }
}
