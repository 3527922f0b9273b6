import type { IPFamily, Node, Pod } from "../../api/index.ts";
import { podAddresses } from "../endpoint-slice/endpoint-of-pod.ts";

const FIRST_HOST = 2;
const LAST_HOST = 254;

/** The part of a node's range that hosts are counted in. */
interface NodeRange {
  readonly prefix: string;
  readonly prefix6: string;
  next: number;
}

/**
 * Pod addresses: a /24 (and a /64) per node, handed out loosely round-robin as host-local does,
 * so that an address just released is not used again at once.
 *
 * A node's `spec.podCIDR` is used where it is an IPv4 range of /24 or larger (its first /24); other
 * nodes get the next free /24 from 10.0.0.0 on, which beyond 65,536 nodes are no private ones.
 */
export class PodAddresses {
  readonly #families: readonly IPFamily[];
  readonly #ranges = new Map<string, NodeRange>();
  readonly #prefixes = new Set<string>();
  readonly #inUse = new Set<string>();
  #nextNode = 0;

  constructor(families: readonly IPFamily[]) {
    this.#families = families;
  }

  addNode(node: Node): void {
    const { name } = node.metadata;
    if (this.#ranges.has(name)) return;
    const given = prefixOfCIDR(node.spec?.podCIDR ?? node.spec?.podCIDRs?.[0]);
    const prefix =
      given !== undefined && !this.#prefixes.has(given) ? given : this.#nextFreePrefix();
    this.#prefixes.add(prefix);
    const index = this.#ranges.size + 1;
    const prefix6 = `fd00:10:${(index >>> 16).toString(16)}:${(index & 0xffff).toString(16)}::`;
    this.#ranges.set(name, { prefix, prefix6, next: FIRST_HOST });
  }

  /** Keeps the addresses of a pod that came with the input. */
  reserve(pod: Pod): void {
    for (const address of podAddresses(pod)) this.#inUse.add(address);
  }

  /** Addresses for a pod on a node, one per family; none where the node's range is used up. */
  allocate(nodeName: string): readonly string[] {
    const range = this.#ranges.get(nodeName);
    if (range === undefined) return [];
    for (let tried = FIRST_HOST; tried <= LAST_HOST; tried++) {
      const host = range.next;
      range.next = host === LAST_HOST ? FIRST_HOST : host + 1;
      const addresses = this.#families.map((family) =>
        family === "IPv4" ? `${range.prefix}${host}` : `${range.prefix6}${host.toString(16)}`,
      );
      if (addresses.some((address) => this.#inUse.has(address))) continue;
      for (const address of addresses) this.#inUse.add(address);
      return addresses;
    }
    return [];
  }

  release(addresses: readonly string[]): void {
    for (const address of addresses) this.#inUse.delete(address);
  }

  #nextFreePrefix(): string {
    for (;;) {
      const index = this.#nextNode++;
      const prefix = `${10 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}.`;
      if (!this.#prefixes.has(prefix)) return prefix;
    }
  }
}

/** `10.244.3.` of `10.244.3.0/24`. */
function prefixOfCIDR(cidr: string | undefined): string | undefined {
  const match = /^(\d+\.\d+\.\d+\.)\d+\/(\d+)$/.exec(cidr ?? "");
  if (match === null || Number(match[2]) > 24) return undefined;
  return match[1];
}
