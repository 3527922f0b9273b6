/** The record types that resolvers ask for when they look up a host. */
export type AddressType = "A" | "AAAA";

/** One query on its way: a datagram, or a message on a TCP connection. */
export interface DnsQuery {
  /** Counts the sockets of a look-up: equal numbers share a source port. */
  readonly socket: number;
  /** Counts the query identifiers of a look-up: a repetition keeps its own. */
  readonly id: number;
  /** Index of the name server. */
  readonly server: number;
  /** Fully qualified, without the final dot. */
  readonly name: string;
  readonly type: AddressType;
  readonly transport: "udp" | "tcp";
  /** Whether the query carries an OPT record (EDNS0). */
  readonly edns: boolean;
}

export interface DnsAnswer {
  readonly rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL";
  /** The TC bit: more, or all, is to be fetched by TCP. */
  readonly truncated?: boolean;
  /** Addresses of the type that was asked for, in the order of the answer. */
  readonly addresses: readonly string[];
}

/** What a look-up came to. */
export interface LookupResult {
  /**
   * `not-found`: no such name. `no-data`: the name is known, an address of the family is not.
   * `try-again`: servers failed or were silent.
   */
  readonly outcome: "found" | "not-found" | "no-data" | "try-again";
  /** In the order in which the library hands them out. */
  readonly addresses: readonly string[];
  /** What the library tells the application; empty when found. */
  readonly message: string;
}
