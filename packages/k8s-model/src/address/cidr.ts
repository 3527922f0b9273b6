import { formatIP, type IPAddress, ipProblem, parseIP } from "./ip.ts";

/** A range of addresses in CIDR notation; `first` has no bits set beyond the prefix. */
export type CIDR = IPRange<"IPv4", number> | IPRange<"IPv6", bigint>;

interface IPRange<Family, Value> {
  readonly family: Family;
  /** The lowest address. */
  readonly first: Value;
  readonly prefixLength: number;
}

/** Reads `10.96.0.0/16`; bits beyond the prefix are cut off. Undefined for anything else. */
export function parseCIDR(text: string): CIDR | undefined {
  const split = splitCIDR(text);
  const address = split && parseIP(split.address);
  if (address === undefined || split === undefined) return undefined;
  const { length } = split;
  if (length > addressBits(address.family)) return undefined;
  return address.family === "IPv4"
    ? { family: "IPv4", first: cutIPv4(address.value, length), prefixLength: length }
    : { family: "IPv6", first: cutIPv6(address.value, length), prefixLength: length };
}

/** Why the API server refuses a text as a CIDR, or undefined (KEP 4858). */
export function cidrProblem(text: string): string | undefined {
  const wrong = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  const split = splitCIDR(text);
  if (split === undefined) return wrong;
  const problem = ipProblem(split.address);
  if (problem?.startsWith("must be")) return wrong;
  const bits = split.address.includes(":") ? 128 : 32;
  if (split.length > bits) return wrong;
  if (problem !== undefined) return problem;
  if (/^0[0-9]/.test(split.lengthText)) return "must not have leading 0s in prefix length";
  const range = parseCIDR(text);
  if (range === undefined) return wrong;
  const address = parseIP(split.address) as IPAddress;
  return range.first === address.value
    ? undefined
    : "must not have bits set beyond the prefix length";
}

interface SplitCIDR {
  readonly address: string;
  readonly lengthText: string;
  readonly length: number;
}

function splitCIDR(text: string): SplitCIDR | undefined {
  const slash = text.indexOf("/");
  const lengthText = text.slice(slash + 1);
  if (slash < 0 || !/^[0-9]{1,9}$/.test(lengthText)) return undefined;
  return { address: text.slice(0, slash), lengthText, length: Number(lengthText) };
}

function addressBits(family: "IPv4" | "IPv6"): number {
  return family === "IPv4" ? 32 : 128;
}

function cutIPv4(value: number, length: number): number {
  if (length === 0) return 0;
  return (value & (-1 << (32 - length))) >>> 0;
}

function cutIPv6(value: bigint, length: number): bigint {
  const rest = BigInt(128 - length);
  return (value >> rest) << rest;
}

/** The canonical text, `10.96.0.0/16`. */
export function formatCIDR(range: CIDR): string {
  return `${formatIP(addressAt(range, 0n))}/${range.prefixLength}`;
}

/** How many addresses the range holds. */
export function cidrSize(range: CIDR): bigint {
  return 1n << BigInt(addressBits(range.family) - range.prefixLength);
}

/** The address at an offset from the first one. The offset must lie within {@link cidrSize}. */
export function addressAt(range: CIDR, offset: bigint): IPAddress {
  return range.family === "IPv4"
    ? { family: "IPv4", value: range.first + Number(offset) }
    : { family: "IPv6", value: range.first + offset };
}

/** Whether the range holds the address; never true across families. */
export function cidrContains(range: CIDR, address: IPAddress): boolean {
  if (range.family === "IPv4") {
    return address.family === "IPv4" && cutIPv4(address.value, range.prefixLength) === range.first;
  }
  return address.family === "IPv6" && cutIPv6(address.value, range.prefixLength) === range.first;
}
