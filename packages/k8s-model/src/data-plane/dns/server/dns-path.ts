import { invariant, type RandomStream, type Simulation } from "@k8s-netsim/sim-core";
import type { DnsQuery } from "../resolver/index.ts";
import { DNS_COSTS } from "./dns-costs.ts";
import type { DnsQuestion } from "./dns-record.ts";
import type { DnsHop, DnsReply } from "./dns-server.ts";

export interface DnsPathOptions {
  /** Servers behind the address; each new socket picks one at random and stays with it. */
  readonly servers: readonly DnsHop[];
  /** Round trip without the server (ns). */
  readonly roundTripNs?: number;
  /** Share of datagrams that are lost on the way there. */
  readonly lossShare?: number;
  /**
   * Share of pairs, two datagrams sent at once from a new socket, that lose the second to the race for
   * the connection tracking entry. Only where packets are tracked: not to a node's own agent.
   */
  readonly pairLossShare?: number;
  /** One stream for the choice of servers and for losses. */
  readonly random: RandomStream;
}

/**
 * The way from a pod to DNS servers behind one address: a Service's ClusterIP, or the agent on the
 * node. UDP is lost as told; TCP takes one more round trip for each connection and loses nothing.
 */
export class DnsPath {
  readonly #sim: Simulation;
  readonly #options: DnsPathOptions;
  readonly #roundTripNs: number;
  /** Datagrams that did not arrive: lost anywhere, and by the race. */
  lost = 0;
  lostPairs = 0;

  constructor(sim: Simulation, options: DnsPathOptions) {
    invariant(options.servers.length > 0, "A path to DNS leads to at least one server.");
    this.#sim = sim;
    this.#options = options;
    this.#roundTripNs = options.roundTripNs ?? DNS_COSTS.serverRoundTripNs.value;
  }

  /** A flow of a new socket: the server that it is sent to. */
  server(): DnsHop {
    const { servers, random } = this.#options;
    return servers[servers.length === 1 ? 0 : random.int(servers.length)] as DnsHop;
  }

  /** Whether the race takes the second of two datagrams that open a socket at one instant. */
  pairLoses(): boolean {
    const share = this.#options.pairLossShare ?? DNS_COSTS.pairLoss.value;
    const lost = share > 0 && this.#options.random.chance(share);
    if (lost) this.lostPairs++;
    return lost;
  }

  /** @param fresh whether this is the first message from its socket. */
  send(query: DnsQuery, server: DnsHop, fresh: boolean, reply: DnsReply): void {
    const { lossShare = 0, random } = this.#options;
    if (query.transport === "udp" && lossShare > 0 && random.chance(lossShare)) {
      this.lost++;
      return;
    }
    const oneWayNs = this.#roundTripNs / 2;
    const handshakeNs = query.transport === "tcp" && fresh ? this.#roundTripNs : 0;
    const { name, type, transport } = query;
    const comeBack: DnsReply = (response) => {
      this.#sim.after(oneWayNs, () => reply(response));
    };
    this.#sim.after(handshakeNs + oneWayNs, () =>
      server.receive({ name: name.toLowerCase(), type }, comeBack, transport),
    );
  }
}

/**
 * The standing TCP connections of an agent to the servers behind it: nothing is lost and nothing
 * tracked, each query goes to one of them at random.
 */
export class DnsLink implements DnsHop {
  readonly #sim: Simulation;
  readonly #servers: readonly DnsHop[];
  readonly #oneWayNs: number;
  readonly #random: RandomStream;

  constructor(
    sim: Simulation,
    options: {
      readonly servers: readonly DnsHop[];
      readonly roundTripNs?: number;
      readonly random: RandomStream;
    },
  ) {
    this.#sim = sim;
    this.#servers = options.servers;
    this.#oneWayNs = (options.roundTripNs ?? DNS_COSTS.serverRoundTripNs.value) / 2;
    this.#random = options.random;
  }

  receive(question: DnsQuestion, reply: DnsReply): void {
    const place = this.#servers.length === 1 ? 0 : this.#random.int(this.#servers.length);
    const server = this.#servers[place] as DnsHop;
    const comeBack: DnsReply = (response) => {
      this.#sim.after(this.#oneWayNs, () => reply(response));
    };
    this.#sim.after(this.#oneWayNs, () => server.receive(question, comeBack, "tcp"));
  }
}
