const NS_PER_SECOND = 1_000_000_000;
/** How long a stale entry is used before it is checked (`delay_first_probe_time`). */
const DELAY_NS = 5 * NS_PER_SECOND;

interface Entry {
  readonly mac: string;
  state: "reachable" | "stale" | "delay";
  sinceNs: number;
}

/** The MAC addresses that a namespace knows, and how sure of them it is. Entries do not age out. */
export class NeighbourTable {
  readonly #entries = new Map<string, Entry>();

  mac(address: string): string | undefined {
    return this.#entries.get(address)?.mac;
  }

  /** The neighbour answered a question of ours. */
  confirm(address: string, mac: string, nowNs: number): void {
    this.#entries.set(address, { mac, state: "reachable", sinceNs: nowNs });
  }

  /** The neighbour asked for us: its address is known, but not checked. */
  overhear(address: string, mac: string, nowNs: number): void {
    if (this.#entries.has(address)) return;
    this.#entries.set(address, { mac, state: "stale", sinceNs: nowNs });
  }

  /** Whether packets may go out without the table's help; using a stale entry starts its check. */
  use(address: string, nowNs: number): boolean {
    const entry = this.#entries.get(address);
    if (entry === undefined) return false;
    if (entry.state === "delay" && nowNs - entry.sinceNs >= DELAY_NS) entry.state = "reachable";
    if (entry.state === "stale") {
      entry.state = "delay";
      entry.sinceNs = nowNs;
    }
    return entry.state === "reachable";
  }
}
