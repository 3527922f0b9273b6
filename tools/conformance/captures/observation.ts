/** One packet at one interface, as the capture files and the lab both tell it. */
export interface ObservedPacket {
  readonly atUs: number;
  readonly interface: string;
  readonly source: string;
  readonly sourcePort: number | null;
  readonly destination: string;
  readonly destinationPort: number | null;
  readonly protocol: string;
  /** TCP flags, ICMP type and code, SCTP chunks. */
  readonly info: string;
  readonly sequence: number | null;
  readonly acknowledgment: number | null;
  readonly payload: number | null;
  readonly ttl: number;
  readonly ipLength: number;
  readonly frameLength: number | null;
  readonly dontFragment?: boolean;
  readonly mtu?: number;
  readonly quoted?: Quoted;
  readonly quotedBytes?: number;
  readonly tunnel?: {
    readonly vni: number;
    readonly sourceMac: string;
    readonly destinationMac: string;
    readonly inner: ObservedPacket;
  };
}

export interface Quoted {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly ttl: number;
  readonly ipLength: number;
}

export interface ObservedEvent {
  readonly kind: string;
  readonly text: string;
}

export interface ObservedTable {
  readonly when: string;
  readonly entries: Readonly<Record<string, readonly string[]>>;
}

/** Everything that is known of one situation that was played, really or in the model. */
export interface Observation {
  readonly packets: readonly ObservedPacket[];
  /** Of more packets than `packets` holds. */
  readonly cut: boolean;
  readonly events: Readonly<Record<string, readonly ObservedEvent[]>>;
  readonly tables: readonly ObservedTable[];
  readonly notes: readonly (readonly [what: string, result: unknown])[];
}
