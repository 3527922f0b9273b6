import type { Simulation } from "@k8s-netsim/sim-core";
import { DNS_COSTS } from "./dns-costs.ts";
import { type DnsQuestion, type DnsResponse, denial } from "./dns-record.ts";
import type { DnsHop } from "./dns-server.ts";

export interface OutsideName {
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
}

/** A CoreDNS's upstream: the names of the world outside, some milliseconds away, without a limit. */
export class OutsideNames implements DnsHop {
  readonly #sim: Simulation;
  readonly #names: ReadonlyMap<string, OutsideName>;
  readonly #delayNs: number;
  readonly #denialTtlSeconds: number;
  /** Queries that came. */
  received = 0;

  constructor(
    sim: Simulation,
    names: ReadonlyMap<string, OutsideName>,
    options: { readonly delayNs?: number; readonly denialTtlSeconds?: number } = {},
  ) {
    this.#sim = sim;
    this.#names = names;
    this.#delayNs = options.delayNs ?? DNS_COSTS.upstreamNs.value;
    this.#denialTtlSeconds = options.denialTtlSeconds ?? 60;
  }

  receive(question: DnsQuestion, reply: (response: DnsResponse) => void): void {
    this.received++;
    this.#sim.after(this.#delayNs, () => reply(this.#answer(question)));
  }

  #answer({ name, type }: DnsQuestion): DnsResponse {
    const known = this.#names.get(name);
    if (known === undefined) return denial("NXDOMAIN", this.#denialTtlSeconds);
    const records = known.addresses
      .filter((address) => address.includes(":") === (type === "AAAA"))
      .map((value) => ({ name, type, value }));
    if (type === "SRV" || type === "CNAME" || records.length === 0) {
      return denial("NOERROR", this.#denialTtlSeconds);
    }
    return { rcode: "NOERROR", records, ttlSeconds: known.ttlSeconds };
  }
}
