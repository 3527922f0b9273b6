/** What can be asked for here; TXT, PTR, NS and the like are not answered. */
export type RecordType = "A" | "AAAA" | "SRV" | "CNAME";

export interface DnsQuestion {
  /** Fully qualified, in lower case, without the final dot. */
  readonly name: string;
  readonly type: RecordType;
}

/** Value: an address, the target of a CNAME, or `priority weight port target` of an SRV record. */
export interface DnsRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly value: string;
}

/** What a server says; `ttlSeconds` is that of its records, or of the denial where there are none. */
export interface DnsResponse {
  readonly rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL";
  readonly records: readonly DnsRecord[];
  readonly ttlSeconds: number;
}

export function denial(rcode: DnsResponse["rcode"], ttlSeconds: number): DnsResponse {
  return { rcode, records: [], ttlSeconds };
}

/** The addresses of one type in a response, in its order. */
export function addressesOf({ records }: DnsResponse, type: RecordType): readonly string[] {
  return records.filter((record) => record.type === type).map(({ value }) => value);
}
