import { parseIP } from "../../../address/index.ts";
import type { ResolverLibrary } from "../resolver/index.ts";

/** The client's own address and the length of its subnet's prefix, per family that it has. */
export interface SourceAddress {
  readonly address: string;
  readonly prefixLength: number;
}

interface Destination {
  readonly address: string;
  readonly reachable: boolean;
  readonly precedence: number;
  readonly prefix: number;
}

/**
 * The order in which a library hands out the addresses of an answer (RFC 6724, rules 1, 6, 9 and
 * 10): reachable ones first, then by precedence (IPv6 before IPv4, unique local IPv6 last), then by
 * the longest prefix common with the source; else as the server ordered them.
 *
 * Between IPv4 addresses glibc compares prefixes only within the source's own subnet; Go and musl
 * never. A pod whose interface has a /24 thus prefers pods of its own node under glibc. Between IPv6
 * addresses all do. Rules of scopes, labels and deprecated addresses are left out.
 */
export function sortedByDestination(
  library: ResolverLibrary,
  addresses: readonly string[],
  sources: readonly SourceAddress[],
): readonly string[] {
  const all = addresses.map((address) => destination(library, address, sources));
  return all
    .map((one, index) => ({ ...one, index }))
    .sort(
      (a, b) =>
        Number(b.reachable) - Number(a.reachable) ||
        b.precedence - a.precedence ||
        b.prefix - a.prefix ||
        a.index - b.index,
    )
    .map(({ address }) => address);
}

function destination(
  library: ResolverLibrary,
  address: string,
  sources: readonly SourceAddress[],
): Destination {
  const bits = bitsOf(address);
  const source = sources.find((one) => bitsOf(one.address)?.length === bits?.length);
  const sourceBits = source && bitsOf(source.address);
  if (bits === undefined || source === undefined || sourceBits === undefined) {
    return { address, reachable: false, precedence: precedenceOf(bits), prefix: 0 };
  }
  const common = commonPrefix(bits, sourceBits);
  const counts = bits.length === 128 || (library === "glibc" && common >= source.prefixLength);
  return {
    address,
    reachable: true,
    precedence: precedenceOf(bits),
    prefix: counts ? common : 0,
  };
}

/** The default table of RFC 6724 as far as pods have such addresses. */
function precedenceOf(bits: string | undefined): number {
  if (bits === undefined || bits.length === 32) return 35;
  return bits.startsWith("1111110") ? 3 : 40;
}

function bitsOf(address: string): string | undefined {
  const ip = parseIP(address);
  if (ip === undefined) return undefined;
  return ip.value.toString(2).padStart(address.includes(":") ? 128 : 32, "0");
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
