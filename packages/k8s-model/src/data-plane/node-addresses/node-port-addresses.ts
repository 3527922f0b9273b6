import {
  type CIDR,
  cidrContains,
  formatIP,
  type IPAddress,
  parseCIDR,
  parseIP,
} from "../../address/index.ts";
import type { IPFamily } from "../../api/index.ts";

const EVERYTHING: Readonly<Record<IPFamily, string>> = { IPv4: "0.0.0.0/0", IPv6: "::/0" };
const IPV4_LOOPBACK = "127.0.0.0/8";

/**
 * Which addresses of a node take node ports (`--nodeport-addresses`, Kubernetes 1.36), for one
 * family. Without a range of the family every address does, loopback and link-local ones included;
 * what a mode cannot serve it leaves out later.
 */
export interface NodePortAddresses {
  /** As configured. */
  readonly texts: readonly string[];
  /** The same, each reduced to its network. */
  readonly ranges: readonly CIDR[];
  readonly matchesAll: boolean;
  readonly containsIPv4Loopback: boolean;
}

export function nodePortAddresses(
  family: IPFamily,
  configured: readonly string[],
): NodePortAddresses {
  let texts = configured.filter((text) => parseCIDR(text)?.family === family);
  if (texts.length === 0) texts = [EVERYTHING[family]];
  const ranges = texts.map((text) => parseCIDR(text) as CIDR);
  return {
    texts,
    ranges,
    matchesAll: ranges.some(({ prefixLength }) => prefixLength === 0),
    containsIPv4Loopback: ranges.some(overlapsIPv4Loopback),
  };
}

/** The addresses of the node's interfaces (`address/length`) that take node ports, each once, sorted. */
export function nodePortIPs(
  { ranges }: NodePortAddresses,
  interfaceAddresses: readonly string[],
): readonly string[] {
  const found = new Set<string>();
  for (const text of interfaceAddresses) {
    const address = parseIP(text.split("/")[0] as string);
    if (address !== undefined && ranges.some((range) => cidrContains(range, address))) {
      found.add(formatIP(address));
    }
  }
  return [...found].sort();
}

function overlapsIPv4Loopback(range: CIDR): boolean {
  if (range.family !== "IPv4") return false;
  const loopback = parseCIDR(IPV4_LOOPBACK) as CIDR;
  const first: IPAddress = { family: "IPv4", value: range.first };
  const loopbackFirst: IPAddress = { family: "IPv4", value: loopback.first as number };
  return cidrContains(loopback, first) || cidrContains(range, loopbackFirst);
}
