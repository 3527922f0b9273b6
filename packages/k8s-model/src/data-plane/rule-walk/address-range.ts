import { type CIDR, cidrContains, parseCIDR, parseIP } from "../../address/index.ts";

const parsed = new Map<string, CIDR | undefined>();
/** So many texts of rules are kept read. */
const KEPT = 100_000;

/** Whether an address lies in `10.0.0.0/8`, or is the address `10.0.0.1`. */
export function rangeContains(range: string, address: string): boolean {
  if (!range.includes("/")) return range === address;
  const one = parseIP(address);
  const cidr = read(range);
  return one !== undefined && cidr !== undefined && cidrContains(cidr, one);
}

function read(range: string): CIDR | undefined {
  if (!parsed.has(range)) {
    if (parsed.size >= KEPT) parsed.clear();
    parsed.set(range, parseCIDR(range));
  }
  return parsed.get(range);
}
