import type { Simulation } from "@k8s-netsim/sim-core";
import {
  candidateNames,
  type DnsOptions,
  dnsDefaults,
  HeadlessResolver,
  type NameCandidate,
  NameLookups,
} from "../../data-plane/index.ts";
import {
  LOOK_UP_PENDING,
  type LookUpEnded,
  type NameResolver,
  type Network,
  type TrafficPlan,
} from "../../traffic/index.ts";
import { checkDns } from "./check-dns.ts";

const OUTSIDE = -1;
const NO_ADDRESS = -1;

/** An answer that DNS servers hand out until it is too old. */
interface KnownAnswer {
  readonly addresses: readonly number[];
  readonly untilNs: number;
}

/**
 * Name resolution of a cluster's clients: the time that look-ups take, where DNS is simulated, and the
 * endpoints that clients of headless Services pick from the answers they were told. Users outside resolve
 * public names, which take no time here.
 *
 * An answer for a headless Service is what CoreDNS knew when it was first asked, for as long as its time to
 * live; behind NodeLocal agents each node has its own. Random streams: `traffic/dns`,
 * `traffic/headless/SERVICE:PORT/POD`.
 */
export class NameResolution implements NameResolver {
  readonly #sim: Simulation;
  readonly #plan: TrafficPlan;
  readonly #network: Network;
  readonly #dns: Required<Omit<DnsOptions, "queryProcessorNs">>;
  readonly #lookups: NameLookups | undefined;
  readonly #isHeadless: readonly boolean[];
  /** By namespace of the caller and index of the Service port. */
  readonly #names = new Map<string, readonly NameCandidate[]>();
  readonly #clients = new Map<string, HeadlessResolver<number>>();
  readonly #answers = new Map<string, KnownAnswer>();
  /** By tag: row and generation of the call that waits. */
  readonly #rows: number[] = [];
  readonly #generations: number[] = [];
  readonly #freeTags: number[] = [];
  #ended: LookUpEnded = () => {};

  /** @param dns absent: look-ups take no time. */
  constructor(sim: Simulation, plan: TrafficPlan, network: Network, dns: DnsOptions | undefined) {
    if (dns !== undefined) checkDns(dns);
    this.#sim = sim;
    this.#plan = plan;
    this.#network = network;
    this.#dns = { ...dnsDefaults, ...dns };
    this.#isHeadless = plan.servicePorts.map((_, port) => network.isHeadless?.(port) === true);
    this.#lookups =
      dns === undefined
        ? undefined
        : new NameLookups(sim, {
            dns,
            random: sim.random("traffic/dns"),
            ended: (tag, isFound) => this.#onEnded(tag, isFound),
          });
  }

  onEnded(ended: LookUpEnded): void {
    this.#ended = ended;
  }

  lookUp(
    caller: number,
    servicePort: number,
    nowNs: number,
    row: number,
    generation: number,
  ): number {
    const lookups = this.#lookups;
    if (lookups === undefined || caller === OUTSIDE) return 0;
    if (this.#isHeadless[servicePort] === true) {
      if (!this.#clientOf(caller, servicePort).needsLookup(nowNs)) return 0;
    }
    const tag = this.#freeTags.pop() ?? this.#rows.length;
    this.#rows[tag] = row;
    this.#generations[tag] = generation;
    lookups.begin(tag, this.#network.nodeOf(caller), this.#namesOf(caller, servicePort));
    return LOOK_UP_PENDING;
  }

  pick(caller: number, servicePort: number, nowNs: number): number | undefined {
    if (this.#isHeadless[servicePort] !== true || caller === OUTSIDE) return undefined;
    const client = this.#clientOf(caller, servicePort);
    if (client.needsLookup(nowNs)) {
      const { addresses, untilNs } = this.#answerAt(caller, servicePort, nowNs);
      client.learn({ addresses, ttlSeconds: Math.floor((untilNs - nowNs) / 1e9) }, nowNs);
    }
    return client.pick(nowNs)?.address ?? NO_ADDRESS;
  }

  #onEnded(tag: number, isFound: boolean): void {
    this.#freeTags.push(tag);
    this.#ended(this.#rows[tag] as number, this.#generations[tag] as number, isFound);
  }

  #namesOf(caller: number, servicePort: number): readonly NameCandidate[] {
    const [callerNamespace = ""] = this.#network.podName(caller).split("/");
    const key = `${callerNamespace} ${servicePort}`;
    let names = this.#names.get(key);
    if (names === undefined) {
      const { service = "" } = this.#plan.servicePorts[servicePort] ?? {};
      const [namespace = "", name = ""] = service.split("/");
      names = candidateNames({ ...this.#dns, namespace, name, callerNamespace });
      this.#names.set(key, names);
    }
    return names;
  }

  #clientOf(caller: number, servicePort: number): HeadlessResolver<number> {
    const key = `${servicePort} ${caller}`;
    let client = this.#clients.get(key);
    if (client === undefined) {
      const { service, port } = this.#plan.servicePorts[servicePort] as {
        service: string;
        port: number;
      };
      const { reResolve, choose } = this.#dns;
      const stream = `traffic/headless/${service}:${port}/${this.#network.podName(caller)}`;
      const random = this.#sim.random(stream, { shared: true });
      client = new HeadlessResolver<number>({ reResolve, choose, random });
      this.#clients.set(key, client);
    }
    return client;
  }

  #answerAt(caller: number, servicePort: number, nowNs: number): KnownAnswer {
    const server = this.#dns.nodeLocalCache ? this.#network.nodeOf(caller) : NO_ADDRESS;
    const key = `${servicePort} ${server}`;
    const known = this.#answers.get(key);
    if (known !== undefined && known.untilNs > nowNs) return known;
    const addresses = this.#network.readyEndpoints(servicePort);
    const untilNs = nowNs + this.#dns.ttlSeconds * 1e9;
    const answer = { addresses, untilNs };
    this.#answers.set(key, answer);
    return answer;
  }
}
