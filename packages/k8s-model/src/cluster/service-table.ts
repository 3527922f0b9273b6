import type { Protocol, Service } from "../api/index.ts";

/** A port of a Service by its index, which it keeps for good: known by number and protocol. */
export interface PortEntry {
  readonly index: number;
  readonly number: number;
  readonly protocol: Protocol;
  name: string;
}

export interface ServiceEntry {
  readonly index: number;
  /** `namespace/name`. */
  readonly key: string;
  readonly ports: PortEntry[];
}

/** All Services that ever were, by index and key. */
export class ServiceTable {
  readonly #entries: ServiceEntry[] = [];
  readonly #byKey = new Map<string, ServiceEntry>();

  get size(): number {
    return this.#entries.length;
  }

  at(index: number): ServiceEntry | undefined {
    return this.#entries[index];
  }

  byKey(key: string): ServiceEntry | undefined {
    return this.#byKey.get(key);
  }

  [Symbol.iterator](): Iterator<ServiceEntry> {
    return this.#entries[Symbol.iterator]();
  }

  see(key: string, service: Service): void {
    let entry = this.#byKey.get(key);
    if (entry === undefined) {
      entry = { index: this.#entries.length, key, ports: [] };
      this.#entries.push(entry);
      this.#byKey.set(key, entry);
    }
    for (const { port, protocol = "TCP", name = "" } of service.spec.ports ?? []) {
      const known = entry.ports.find((one) => one.number === port && one.protocol === protocol);
      if (known !== undefined) known.name = name;
      else entry.ports.push({ index: entry.ports.length, number: port, protocol, name });
    }
  }
}
