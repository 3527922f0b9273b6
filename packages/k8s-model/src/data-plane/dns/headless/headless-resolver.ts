import { invariant, type RandomStream } from "@k8s-netsim/sim-core";

/** What a look-up of a headless Service's name yields, in the order of the answer. */
export interface NameAnswer<A = string> {
  readonly addresses: readonly A[];
  readonly ttlSeconds: number;
}

/**
 * When a client looks the name up again: for each connection (most of C, Go, Python), when an answer
 * is as old as its time to live says, at an interval of its own, or never.
 */
export type ReResolve =
  | { readonly when: "each-connection" }
  | { readonly when: "time-to-live" }
  | {
      readonly when: "interval";
      readonly everyNs: number;
      /** How long "no such name" is believed. */
      readonly deniedNs: number;
    }
  | { readonly when: "never" };

/** The JVM's address cache: 30 s, and 10 s for a name that does not resolve (`networkaddress.cache`). */
export const JVM_CACHE: ReResolve = {
  when: "interval",
  everyNs: 30_000_000_000,
  deniedNs: 10_000_000_000,
};

export interface HeadlessResolverOptions<A = string> {
  readonly reResolve: ReResolve;
  /**
   * Which address of the answer a connection goes to: the first, any at random, or each in turn
   * (client-side balancing as of gRPC's round_robin).
   */
  readonly choose: "first" | "random" | "in-turn";
  /** Orders an answer as the client's library does; as it is where absent. */
  readonly order?: (addresses: readonly A[]) => readonly A[];
  /** Needed to choose at random. */
  readonly random?: RandomStream;
}

/** An address that a connection goes to, and how old the knowledge of it is. */
export interface ChosenAddress<A = string> {
  readonly address: A;
  readonly ageNs: number;
}

/**
 * How one client of a headless Service picks the endpoint of a new connection: from the newest answer
 * that it still believes. No proxy corrects it: addresses of gone pods are used until the client
 * asks again, and new pods get nothing until then.
 *
 * Takes answers and times from its caller, so that it works over `DnsClient`, over a zone directly, or
 * over traffic's `Network`, whose addresses are the numbers of pods; it has no clock. Times must not
 * go back.
 */
export class HeadlessResolver<A = string> {
  readonly #options: HeadlessResolverOptions<A>;
  #addresses: readonly A[] = [];
  #askedNs = Number.NEGATIVE_INFINITY;
  #validUntilNs = Number.NEGATIVE_INFINITY;
  #turn = 0;
  /** Look-ups told so far. */
  lookups = 0;

  constructor(options: HeadlessResolverOptions<A>) {
    invariant(
      options.choose !== "random" || options.random !== undefined,
      "A client that chooses at random has a random stream.",
    );
    this.#options = options;
  }

  /** Whether the next connection needs a look-up first; then {@link learn} its answer. */
  needsLookup(nowNs: number): boolean {
    return nowNs >= this.#validUntilNs;
  }

  /** Takes the answer to a look-up that ended now; without addresses: the name does not resolve. */
  learn(answer: NameAnswer<A>, nowNs: number): void {
    const { order } = this.#options;
    this.lookups++;
    this.#addresses = order === undefined ? answer.addresses : order(answer.addresses);
    this.#askedNs = nowNs;
    this.#validUntilNs = nowNs + this.#believedNs(answer);
  }

  /**
   * A look-up failed without an answer (time-out, SERVFAIL): what was known stays in use, and the next
   * connection asks again.
   */
  learnNothing(nowNs: number): void {
    this.lookups++;
    this.#validUntilNs = nowNs;
  }

  /** Where a connection goes that begins now; nowhere where no address is known. */
  pick(nowNs: number): ChosenAddress<A> | undefined {
    const address = this.#addresses[this.#place()];
    return address === undefined ? undefined : { address, ageNs: nowNs - this.#askedNs };
  }

  #place(): number {
    const { choose, random } = this.#options;
    const count = this.#addresses.length;
    if (choose === "first" || count < 2) return 0;
    if (choose === "random") return random?.int(count) ?? 0;
    return this.#turn++ % count;
  }

  #believedNs({ addresses, ttlSeconds }: NameAnswer<A>): number {
    const { reResolve } = this.#options;
    if (reResolve.when === "each-connection") return 0;
    if (reResolve.when === "time-to-live") return ttlSeconds * 1e9;
    const denied = addresses.length === 0;
    if (reResolve.when === "interval") return denied ? reResolve.deniedNs : reResolve.everyNs;
    return denied ? 0 : Number.POSITIVE_INFINITY;
  }
}
