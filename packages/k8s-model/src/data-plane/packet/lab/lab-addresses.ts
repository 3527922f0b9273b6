import { formatIPv4, formatIPv6, parseCIDR, parseIP } from "../../../address/index.ts";
import { isIPv6 } from "../wire/index.ts";

/** The n-th address of a range, counted from its lowest. */
export function addressIn(range: string, n: number): string {
  const parsed = parseCIDR(range);
  if (parsed === undefined) throw new RangeError(`"${range}" is no range of addresses.`);
  if (parsed.family === "IPv4") return formatIPv4(parsed.first + n);
  return formatIPv6(parsed.first + BigInt(n));
}

/** `/24` of a range or of an address with its length. */
export function lengthOf(range: string): string {
  return range.slice(range.indexOf("/"));
}

/** The length of a range that is one address. */
export function hostLength(address: string): string {
  return isIPv6(address) ? "/128" : "/32";
}

/** The range of all addresses of an address's family. */
export function everywhere(address: string): string {
  return isIPv6(address) ? "::/0" : "0.0.0.0/0";
}

/** A MAC address with the last 32 bits of the address in it, as CNI plug-ins make them. */
export function macOf(prefix: string, text: string): string {
  const address = parseIP(text);
  const value = address === undefined ? 0 : Number(BigInt(address.value) & 0xffffffffn);
  const bytes = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  return [prefix, ...bytes.map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

/** MAC address of the k-th node's overlay device. */
export function tunnelMac(index: number): string {
  return `0a:00:00:00:00:${(index + 1).toString(16).padStart(2, "0")}`;
}
