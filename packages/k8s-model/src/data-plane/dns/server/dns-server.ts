import type { RandomStream, Simulation } from "@k8s-netsim/sim-core";
import type { ClusterZone } from "./cluster-zone.ts";
import type { DnsCache } from "./dns-cache.ts";
import { DNS_COSTS } from "./dns-costs.ts";
import { type DnsQuestion, type DnsResponse, denial } from "./dns-record.ts";

/** Runs at the time of the answer. */
export type DnsReply = (response: DnsResponse) => void;

/** Anything that answers questions, sooner or later; one that came by TCP in any case. */
export interface DnsHop {
  receive(question: DnsQuestion, reply: DnsReply, transport?: "udp" | "tcp"): void;
}

/** What a server does with the names of a domain: a server block of a Corefile. */
export interface DnsServerBlock {
  /** The cluster's names, with the server's own view of them. */
  readonly zone?: ClusterZone;
  readonly cache?: DnsCache;
  /** `false`: names of the zone are looked up anew each time (`disable success cluster.local`). */
  readonly cacheZone?: boolean;
  /** Where other names are asked for; without it they are a server failure. */
  readonly upstream?: DnsHop;
}

export interface DnsServerOptions extends DnsServerBlock {
  /** Blocks for domains that are treated otherwise than all other names. */
  readonly blocks?: readonly (DnsServerBlock & { readonly domain: string })[];
  /** Processors that the server may use: queries worked on at one time. */
  readonly processors: number;
  /** Processor time of one query (ns). */
  readonly queryProcessorNs?: number;
  /** Queries that may wait; more are lost. */
  readonly backlog?: number;
  /** Shuffles the addresses of each answer: plugin `loadbalance`. Stream of the caller's name. */
  readonly shuffle?: RandomStream;
}

/**
 * A DNS server as capacity: a CoreDNS replica, or without a zone the agent of NodeLocal DNSCache
 * (`nodeLocalAgent`). Queries wait in one line for its processors; each costs the same, also an answer
 * from the cache. Waiting for an upstream takes no processor.
 */
export class DnsServer implements DnsHop {
  readonly #sim: Simulation;
  readonly #options: DnsServerOptions;
  readonly #freeNs: number[];
  readonly #queryNs: number;
  readonly #backlog: number;
  #waiting = 0;
  /** Queries that came, were dropped for lack of room, and were sent on. */
  received = 0;
  dropped = 0;
  forwarded = 0;

  constructor(sim: Simulation, options: DnsServerOptions) {
    this.#sim = sim;
    this.#options = options;
    this.#freeNs = Array.from({ length: Math.max(1, Math.floor(options.processors)) }, () => 0);
    const share = Math.min(options.processors, 1);
    const queryNs = options.queryProcessorNs ?? DNS_COSTS.queryProcessorNs.value;
    this.#queryNs = queryNs / share;
    this.#backlog = options.backlog ?? DNS_COSTS.socketBacklog.value;
  }

  /** Processor time used so far (ns). */
  get busyNs(): number {
    const nowNs = this.#sim.now as number;
    const accepted = (this.received - this.dropped) * this.#queryNs;
    const ahead = this.#freeNs.reduce((sum, freeNs) => sum + Math.max(freeNs - nowNs, 0), 0);
    return (accepted - ahead) * Math.min(this.#options.processors, 1);
  }

  receive(question: DnsQuestion, reply: DnsReply, transport: "udp" | "tcp" = "udp"): void {
    this.received++;
    const nowNs = this.#sim.now as number;
    const worker = earliest(this.#freeNs);
    const startNs = Math.max(nowNs, this.#freeNs[worker] as number);
    if (transport === "udp" && startNs > nowNs && this.#waiting >= this.#backlog) {
      this.dropped++;
      return;
    }
    const endNs = startNs + this.#queryNs;
    this.#freeNs[worker] = endNs;
    if (startNs > nowNs) {
      this.#waiting++;
      this.#sim.at(startNs, () => {
        this.#waiting--;
      });
    }
    this.#sim.at(endNs, () => this.#answer(question, reply));
  }

  #answer(question: DnsQuestion, reply: DnsReply): void {
    const nowNs = this.#sim.now as number;
    const { cache, zone, cacheZone = true } = this.#block(question);
    const cached = cache?.get(question, nowNs);
    if (cached !== undefined) {
      reply(this.#shuffled(cached));
      return;
    }
    const own = zone?.answer(question, nowNs);
    if (own === undefined) {
      this.#forward(question, reply);
      return;
    }
    if (own.continuesAt === undefined) {
      if (cacheZone) cache?.put(question, own, nowNs);
      reply(this.#shuffled(own));
      return;
    }
    this.#follow({ ...question, name: own.continuesAt }, (rest) => {
      const records = [...own.records, ...rest.records];
      const whole = { ...rest, records, ttlSeconds: Math.min(own.ttlSeconds, rest.ttlSeconds) };
      if (cacheZone) cache?.put(question, whole, this.#sim.now as number);
      reply(this.#shuffled(whole));
    });
  }

  /** The target of an alias: a name of the zone is known here, any other is asked for. */
  #follow(question: DnsQuestion, reply: DnsReply): void {
    const own = this.#block(question).zone?.answer(question, this.#sim.now as number);
    if (own !== undefined) reply(own);
    else this.#forward(question, reply);
  }

  #forward(question: DnsQuestion, reply: DnsReply): void {
    const { upstream, cache } = this.#block(question);
    if (upstream === undefined) {
      reply(denial("SERVFAIL", 0));
      return;
    }
    this.forwarded++;
    const keep: DnsReply = (response) => {
      cache?.put(question, response, this.#sim.now as number);
      reply(this.#shuffled(response));
    };
    upstream.receive(question, keep, "tcp");
  }

  #block({ name }: DnsQuestion): DnsServerBlock {
    const blocks = this.#options.blocks ?? [];
    const block = blocks.find(({ domain }) => name === domain || name.endsWith(`.${domain}`));
    return block ?? this.#options;
  }

  #shuffled(response: DnsResponse): DnsResponse {
    const { shuffle } = this.#options;
    if (shuffle === undefined || response.records.length < 2) return response;
    // Aliases stay in front.
    const records = response.records.filter(({ type }) => type !== "CNAME");
    for (let i = records.length - 1; i > 0; i--) {
      const j = shuffle.int(i + 1);
      [records[i], records[j]] = [records[j] as never, records[i] as never];
    }
    const aliases = response.records.filter(({ type }) => type === "CNAME");
    return { ...response, records: [...aliases, ...records] };
  }
}

function earliest(times: readonly number[]): number {
  let index = 0;
  for (let i = 1; i < times.length; i++) {
    if ((times[i] as number) < (times[index] as number)) index = i;
  }
  return index;
}
