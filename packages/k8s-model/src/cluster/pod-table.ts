import { objectKey, type Pod } from "../api/index.ts";

/** What happens to a packet that reaches a pod: it answers, its node refuses, or nothing comes back. */
export type PodState = "serving" | "closed" | "silent";

/** A pod by its index, which it keeps for good, also after its end. */
export interface PodEntry {
  readonly index: number;
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  /** The workload that made it: `Deployment/namespace/name`, or `Pod/…` of a bare pod. */
  workload: string;
  /** Its first address, once it has one. */
  ip: string | undefined;
  /** -1 until it is bound, and for endpoints that are no pods of the cluster. */
  nodeIndex: number;
  /** Ready condition as the API server has it. */
  ready: boolean;
  terminating: boolean;
  /** Its containers answer packets, whatever anybody believes. */
  answering: boolean;
  /** When its application was told to end (SIGTERM), ns. */
  signalledNs: number | undefined;
  /** The Pod object is gone. */
  gone: boolean;
}

/** All pods that ever were, and endpoints that are no pods, by index, uid, key and address. */
export class PodTable {
  readonly #entries: PodEntry[] = [];
  readonly #byUid = new Map<string, PodEntry>();
  readonly #byKey = new Map<string, PodEntry>();
  readonly #byAddress = new Map<string, PodEntry>();

  get size(): number {
    return this.#entries.length;
  }

  at(index: number): PodEntry | undefined {
    return this.#entries[index];
  }

  byUid(uid: string): PodEntry | undefined {
    return this.#byUid.get(uid);
  }

  /** The pod of that key that was created last. */
  byKey(key: string): PodEntry | undefined {
    return this.#byKey.get(key);
  }

  byAddress(address: string): PodEntry | undefined {
    return this.#byAddress.get(address);
  }

  [Symbol.iterator](): Iterator<PodEntry> {
    return this.#entries[Symbol.iterator]();
  }

  add(pod: Pod): PodEntry {
    const entry: PodEntry = {
      index: this.#entries.length,
      key: objectKey(pod),
      uid: pod.metadata.uid ?? "",
      workload: `Pod/${objectKey(pod)}`,
      ip: undefined,
      nodeIndex: -1,
      ready: false,
      terminating: false,
      answering: false,
      signalledNs: undefined,
      gone: false,
    };
    this.#entries.push(entry);
    this.#byUid.set(entry.uid, entry);
    this.#byKey.set(entry.key, entry);
    return entry;
  }

  setAddress(entry: PodEntry, address: string): void {
    entry.ip = address;
    this.#byAddress.set(address, entry);
  }

  /** An endpoint that no pod of the input stands for, known by its address: it always answers. */
  outside(address: string): PodEntry {
    const known = this.#byAddress.get(address);
    if (known !== undefined) return known;
    const entry: PodEntry = {
      index: this.#entries.length,
      key: `address/${address}`,
      uid: "",
      workload: `Address/${address}`,
      ip: undefined,
      nodeIndex: -1,
      ready: true,
      terminating: false,
      answering: true,
      signalledNs: undefined,
      gone: false,
    };
    this.#entries.push(entry);
    this.setAddress(entry, address);
    return entry;
  }
}
