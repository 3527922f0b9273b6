import type { HandlerId, RandomStream, Simulation } from "@k8s-netsim/sim-core";
import { DNS_COSTS } from "../server/dns-costs.ts";
import { type DnsOptions, dnsDefaults } from "./dns-options.ts";
import { QUERY_DROPPED, QueryLine } from "./query-line.ts";
import type { NameCandidate } from "./service-names.ts";

export interface NameLookupsOptions {
  readonly dns: DnsOptions;
  /** Chooses the replica of each new socket. */
  readonly random: RandomStream;
  /** Told once of each look-up, by its tag: whether the name has an address. */
  readonly ended: (tag: number, isFound: boolean) => void;
}

/** A wait for answers and how often it is repeated: 5 s, twice (musl: two waits within 5 s). */
const ATTEMPTS = 2;
const WAIT_NS = { glibc: 5_000_000_000, musl: 2_500_000_000, go: 5_000_000_000 } as const;
/** NodeLocal DNSCache keeps denials of the cluster's names so long, other answers up to 30 s. */
const AGENT_DENIAL_SECONDS = 5;
const CACHE_SECONDS = 30;
const LEAST_CACHED_SECONDS = 5;
const NOWHERE = -1;

interface RunningLookup {
  tag: number;
  node: number;
  names: readonly NameCandidate[];
  position: number;
  attempt: number;
  /** Replica of CoreDNS that its socket leads to. */
  replica: number;
  /** Changes with each question, so that an answer to an old one is known. */
  turn: number;
}

/**
 * Look-ups of Services' names by all clients of a cluster, name by name until one is found: CoreDNS replicas
 * as lines of queries, NodeLocal agents with caches before them where wanted, and the waits and repetitions
 * of the resolver libraries where datagrams are dropped. Two events a name, and nothing allocated
 * that is not kept. `DnsClient` asks query by query instead.
 *
 * Both address types are asked for at once and count as one question. Left out: loss on the way, the A/AAAA
 * race, TCP for long answers, and what glibc does after a name has timed out: it asks for the name as it is.
 */
export class NameLookups {
  readonly #sim: Simulation;
  readonly #options: NameLookupsOptions;
  readonly #dns: Required<Omit<DnsOptions, "queryProcessorNs">>;
  readonly #replicas: readonly QueryLine[];
  /** By node; made when first asked. */
  readonly #agents = new Map<number, Agent>();
  /** Names outside, by when CoreDNS forgets their denial. */
  readonly #outsideUntilNs = new Map<string, number>();
  readonly #queriesPerName: number;
  readonly #rows: RunningLookup[] = [];
  readonly #free: number[] = [];
  readonly #atServer: HandlerId;
  readonly #atReplica: HandlerId;
  readonly #answered: HandlerId;
  readonly #waited: HandlerId;
  /** Look-ups begun, and those that found nothing. */
  lookups = 0;
  failed = 0;
  /** Questions by datagram, repetitions included. */
  queries = 0;

  constructor(sim: Simulation, options: NameLookupsOptions) {
    this.#sim = sim;
    this.#options = options;
    this.#dns = { ...dnsDefaults, ...options.dns };
    const { queryProcessorNs = DNS_COSTS.queryProcessorNs.value } = options.dns;
    const { processors, replicas, family } = this.#dns;
    const backlog = DNS_COSTS.socketBacklog.value;
    this.#replicas = Array.from(
      { length: replicas },
      () => new QueryLine(processors, queryProcessorNs, backlog),
    );
    this.#queriesPerName = family === "any" ? 2 : 1;
    this.#atServer = this.#onTurn("DNS question arrives", (row) => this.#serve(row));
    this.#atReplica = this.#onTurn("DNS question forwarded", (row) => this.#serveForwarded(row));
    this.#answered = this.#onTurn("DNS answer arrives", (row) => this.#next(row));
    this.#waited = this.#onTurn("DNS answer overdue", (row) => this.#askAgain(row));
  }

  /** Queries that CoreDNS' sockets had no room for. */
  get dropped(): number {
    return this.#replicas.reduce((sum, { dropped }) => sum + dropped, 0);
  }

  /** Queries that reached CoreDNS. */
  get served(): number {
    return this.#replicas.reduce((sum, { received }) => sum + received, 0);
  }

  /** Begins a look-up of candidates in order, from a node; `tag` is told at its end. */
  begin(tag: number, node: number, names: readonly NameCandidate[]): void {
    const row = this.#take();
    const lookup = this.#rows[row] as RunningLookup;
    lookup.tag = tag;
    lookup.node = node;
    lookup.names = names;
    lookup.position = NOWHERE;
    this.lookups += 1;
    this.#next(row);
  }

  #onTurn(name: string, run: (row: number) => void): HandlerId {
    return this.#sim.handler(name, (row, turn) => {
      if ((this.#rows[row] as RunningLookup).turn === turn) run(row);
    });
  }

  #take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    this.#rows.push({
      tag: 0,
      node: 0,
      names: [],
      position: 0,
      attempt: 0,
      replica: 0,
      turn: 0,
    });
    return this.#rows.length - 1;
  }

  /** The answer to the present name has come, or there was none yet: on to the next one, or the end. */
  #next(row: number): void {
    const lookup = this.#rows[row] as RunningLookup;
    if (lookup.names[lookup.position]?.isFound === true) this.#end(row, true);
    else if (lookup.position + 1 >= lookup.names.length) this.#end(row, false);
    else this.#moveTo(row, lookup.position + 1);
  }

  #moveTo(row: number, position: number): void {
    const lookup = this.#rows[row] as RunningLookup;
    lookup.position = position;
    lookup.attempt = 0;
    lookup.replica = this.#pickReplica();
    this.#ask(row);
  }

  #pickReplica(): number {
    const { length } = this.#replicas;
    return length === 1 ? 0 : this.#options.random.int(length);
  }

  #ask(row: number): void {
    const lookup = this.#rows[row] as RunningLookup;
    const turn = this.#newTurn(lookup);
    const { nodeLocalCache } = this.#dns;
    const cost = nodeLocalCache ? DNS_COSTS.agentRoundTripNs : DNS_COSTS.serverRoundTripNs;
    this.queries += this.#queriesPerName;
    this.#sim.schedule(cost.value / 2, this.#atServer, row, turn);
  }

  #newTurn(lookup: RunningLookup): number {
    lookup.turn = (lookup.turn + 1) | 0;
    return lookup.turn;
  }

  #serve(row: number): void {
    const lookup = this.#rows[row] as RunningLookup;
    if (this.#dns.nodeLocalCache) this.#serveByAgent(row, lookup);
    else {
      const line = this.#replicas[lookup.replica] as QueryLine;
      this.#answerAt(row, this.#through(line, true), DNS_COSTS.serverRoundTripNs.value / 2);
    }
  }

  /** When a server has worked on both queries of a name, ns; {@link QUERY_DROPPED}: one was lost. */
  #through(line: QueryLine, isDatagram: boolean): number {
    let doneNs = 0;
    let isLost = false;
    for (let query = 0; query < this.#queriesPerName; query++) {
      const oneNs = line.take(this.#sim.now, isDatagram);
      if (oneNs === QUERY_DROPPED) isLost = true;
      else doneNs = Math.max(doneNs, oneNs);
    }
    return isLost ? QUERY_DROPPED : doneNs;
  }

  /** Only who gets no answer waits to the end: none is slower than that. */
  #awaitInVain(row: number): void {
    const { turn } = this.#rows[row] as RunningLookup;
    this.#sim.schedule(WAIT_NS[this.#dns.library], this.#waited, row, turn);
  }

  /** Sends the answer to the present name when it is ready. */
  #answerAt(row: number, doneNs: number, backNs: number): void {
    if (doneNs === QUERY_DROPPED) {
      this.#awaitInVain(row);
      return;
    }
    const lookup = this.#rows[row] as RunningLookup;
    const name = lookup.names[lookup.position] as NameCandidate;
    const untilNs = doneNs - this.#sim.now + backNs + this.#outsideNs(name, doneNs);
    this.#sim.schedule(untilNs, this.#answered, row, lookup.turn);
  }

  /** A name that is not the cluster's is asked for outside, unless its denial is remembered. */
  #outsideNs({ name, isInCluster }: NameCandidate, nowNs: number): number {
    if (isInCluster || (this.#outsideUntilNs.get(name) ?? 0) > nowNs) return 0;
    this.#outsideUntilNs.set(name, nowNs + CACHE_SECONDS * 1e9);
    return DNS_COSTS.upstreamNs.value;
  }

  #serveByAgent(row: number, lookup: RunningLookup): void {
    const agent = this.#agentOf(lookup.node);
    const doneNs = this.#through(agent.line, true);
    if (doneNs === QUERY_DROPPED) {
      this.#awaitInVain(row);
      return;
    }
    const name = lookup.names[lookup.position] as NameCandidate;
    const isKept = (agent.keptUntilNs.get(name.name) ?? 0) > this.#sim.now;
    if (isKept || !name.isInCluster) {
      this.#answerAt(row, doneNs, DNS_COSTS.agentRoundTripNs.value / 2);
      return;
    }
    const onNs = doneNs - this.#sim.now + DNS_COSTS.serverRoundTripNs.value / 2;
    this.#sim.schedule(onNs, this.#atReplica, row, lookup.turn);
  }

  /** The agent's question, over a standing TCP connection: nothing is lost. */
  #serveForwarded(row: number): void {
    const lookup = this.#rows[row] as RunningLookup;
    const doneNs = this.#through(this.#replicas[lookup.replica] as QueryLine, false);
    const { name, isFound } = lookup.names[lookup.position] as NameCandidate;
    const seconds = isFound
      ? Math.min(Math.max(this.#dns.ttlSeconds, LEAST_CACHED_SECONDS), CACHE_SECONDS)
      : AGENT_DENIAL_SECONDS;
    this.#agentOf(lookup.node).keptUntilNs.set(name, doneNs + seconds * 1e9);
    const { agentRoundTripNs, serverRoundTripNs } = DNS_COSTS;
    this.#answerAt(row, doneNs, (agentRoundTripNs.value + serverRoundTripNs.value) / 2);
  }

  #agentOf(node: number): Agent {
    let agent = this.#agents.get(node);
    if (agent === undefined) {
      const { queryProcessorNs = DNS_COSTS.queryProcessorNs.value } = this.#options.dns;
      const line = new QueryLine(1, queryProcessorNs, DNS_COSTS.socketBacklog.value);
      agent = { line, keptUntilNs: new Map() };
      this.#agents.set(node, agent);
    }
    return agent;
  }

  /** No answer in time: once more, and then what the library does when a server stays silent. */
  #askAgain(row: number): void {
    const lookup = this.#rows[row] as RunningLookup;
    const { library } = this.#dns;
    lookup.attempt += 1;
    if (lookup.attempt < ATTEMPTS) {
      if (library === "go") lookup.replica = this.#pickReplica();
      this.#ask(row);
      return;
    }
    const last = lookup.names.length - 1;
    if (library === "go" && lookup.position < last) this.#moveTo(row, lookup.position + 1);
    else this.#end(row, false);
  }

  #end(row: number, isFound: boolean): void {
    const lookup = this.#rows[row] as RunningLookup;
    this.#newTurn(lookup);
    this.#free.push(row);
    if (!isFound) this.failed += 1;
    this.#options.ended(lookup.tag, isFound);
  }
}

/** NodeLocal DNSCache of one node: its line of queries, and until when it keeps which name. */
interface Agent {
  readonly line: QueryLine;
  readonly keptUntilNs: Map<string, number>;
}
