import { formatIPv4, parseIPv4Sloppy } from "./ipv4.ts";

const GROUP_BITS = 16n;
const GROUPS = 8;

/**
 * Reads an IPv6 address as an unsigned 128-bit number, undefined for anything else. The last two
 * groups may be dotted IPv4; zones (`%eth0`) are not addresses.
 */
export function parseIPv6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return all.reduce((value, group) => (value << GROUP_BITS) | BigInt(group), 0n);
}

function groups(text: string, mayEndInIPv4: boolean): number[] | undefined {
  if (text === "") return [];
  const found: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      found.push(Number.parseInt(part, 16));
      continue;
    }
    const last = index === parts.length - 1;
    const dotted = last && mayEndInIPv4 ? parseIPv4Sloppy(part) : undefined;
    if (dotted === undefined) return undefined;
    found.push(dotted >>> 16, dotted & 0xffff);
  }
  return found;
}

/** Whether this is an IPv4 address written as IPv6 (`::ffff:10.0.0.1`). */
export function isIPv4Mapped(value: bigint): boolean {
  return value >> 32n === 0xffffn;
}

/** The canonical text of RFC 5952, as Go prints it: `fd00:96::1`, `::ffff:10.0.0.1`. */
export function formatIPv6(value: bigint): string {
  if (isIPv4Mapped(value)) return `::ffff:${formatIPv4(Number(value & 0xffffffffn))}`;
  const all = Array.from({ length: GROUPS }, (_, index) =>
    Number((value >> (GROUP_BITS * BigInt(GROUPS - 1 - index))) & 0xffffn),
  );
  const { start, length } = longestZeroRun(all);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return hex(all);
  return `${hex(all.slice(0, start))}::${hex(all.slice(start + length))}`;
}

function longestZeroRun(all: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of all.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}
