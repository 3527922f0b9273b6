import type { DnsQuery } from "../resolver/index.ts";

const PLAIN_BYTES = 512;
/** What Go and CoreDNS agree on; glibc asks for 1,200. */
const EDNS_BYTES = 1232;
const HEADER_BYTES = 12;
const OPT_BYTES = 11;
/** Length byte and root label around the name, type and class behind it. */
const QUESTION_BYTES = 6;
const RECORD_BYTES = { A: 16, AAAA: 28 } as const;

/** How many addresses an answer by UDP has room for; a longer one is cut and marked so. */
export function addressesThatFit({ name, type, edns }: DnsQuery): number {
  const limit = edns ? EDNS_BYTES - OPT_BYTES : PLAIN_BYTES;
  const room = limit - HEADER_BYTES - name.length - QUESTION_BYTES;
  return Math.max(0, Math.floor(room / RECORD_BYTES[type]));
}
