import { formatIPv4, hasLeadingZero, parseIPv4, parseIPv4Sloppy } from "./ipv4.ts";
import { formatIPv6, isIPv4Mapped, parseIPv6 } from "./ipv6.ts";

/** An address: IPv4 as an unsigned 32-bit number, IPv6 as an unsigned 128-bit one. */
export type IPAddress =
  | { readonly family: "IPv4"; readonly value: number }
  | { readonly family: "IPv6"; readonly value: bigint };

/** Reads an address of either family, undefined for anything else. Strict: no leading zeros. */
export function parseIP(text: string): IPAddress | undefined {
  if (text.includes(":")) {
    const value = hasLeadingZeroInDotted(text) ? undefined : parseIPv6(text);
    return value === undefined ? undefined : { family: "IPv6", value };
  }
  const value = parseIPv4(text);
  return value === undefined ? undefined : { family: "IPv4", value };
}

function hasLeadingZeroInDotted(text: string): boolean {
  const dotted = text.slice(text.lastIndexOf(":") + 1);
  return dotted.includes(".") && hasLeadingZero(dotted);
}

/**
 * Why the API server refuses a text as an address, or undefined. Leading zeros and IPv4 written as
 * IPv6 are refused although they can be read (KEP 4858, on since Kubernetes 1.36).
 */
export function ipProblem(text: string): string | undefined {
  const sloppy = text.includes(":") ? parseIPv6(text) : parseIPv4Sloppy(text);
  if (sloppy === undefined) return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
  if (typeof sloppy === "bigint" && isIPv4Mapped(sloppy)) {
    return "must not be an IPv4-mapped IPv6 address";
  }
  return parseIP(text) === undefined ? "must not have leading 0s" : undefined;
}

/** The canonical text of an address. */
export function formatIP(address: IPAddress): string {
  return address.family === "IPv4" ? formatIPv4(address.value) : formatIPv6(address.value);
}

/** Ranges that the API server does not take for endpoints and external addresses. */
export type SpecialRange =
  | "unspecified"
  | "loopback"
  | "link-local"
  | "link-local multicast"
  | undefined;

/** Which special range an address belongs to, if any. */
export function specialRange(address: IPAddress): SpecialRange {
  if (address.family === "IPv4") return specialIPv4(address.value);
  const { value } = address;
  if (isIPv4Mapped(value)) return specialIPv4(Number(value & 0xffffffffn));
  if (value === 0n) return "unspecified";
  if (value === 1n) return "loopback";
  if (value >> 118n === 0x3fan) return "link-local";
  return ((value >> 112n) & 0xff0fn) === 0xff02n ? "link-local multicast" : undefined;
}

function specialIPv4(value: number): SpecialRange {
  if (value === 0) return "unspecified";
  if (value >>> 24 === 127) return "loopback";
  if (value >>> 16 === 0xa9fe) return "link-local";
  return value >>> 8 === 0xe00000 ? "link-local multicast" : undefined;
}
