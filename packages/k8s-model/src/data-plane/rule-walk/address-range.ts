import {
  type CIDR,
  cidrContains,
  type IPAddress,
  parseCIDR,
  parseIP,
} from "../../address/index.ts";

const addresses = new Map<string, IPAddress | undefined>();
const ranges = new Map<string, CIDR | undefined>();
/** So many texts of each kind are kept read. */
const KEPT = 100_000;

/** Whether an address is, or lies in, what a rule names; both as text. */
export function addressMatches(address: string, addressOrRange: string): boolean {
  if (!addressOrRange.includes("/")) return address === addressOrRange;
  const one = remembered(addresses, address, parseIP);
  const range = remembered(ranges, addressOrRange, parseCIDR);
  return one !== undefined && range !== undefined && cidrContains(range, one);
}

function remembered<T>(known: Map<string, T>, text: string, read: (text: string) => T): T {
  const found = known.get(text);
  if (found !== undefined || known.has(text)) return found as T;
  if (known.size >= KEPT) known.clear();
  const value = read(text);
  known.set(text, value);
  return value;
}
