import type { KubeObject } from "../api/index.ts";
import { objectKey } from "../api/index.ts";
import { serializedSizes } from "../api/serialized-size/index.ts";
import { type Store, StoreError } from "../store/index.ts";

/** What a client of etcd may send in one message: 2 MiB, built into clientv3. */
const MAX_SEND_BYTES = 2_097_152;

/** Kinds whose objects can outgrow a request. */
const GROWING_KINDS = ["Endpoints", "EndpointSlice"] as const;

/** Bytes of an object as etcd stores it. */
export type StoredBytesOf = (object: KubeObject) => number;

/**
 * The limit of etcd: what it refuses to store.
 *
 * A value above `--max-request-bytes` is refused with etcd's own words; the object stays as it was.
 * Only the value is weighed, not the some hundred bytes of key and request around it.
 */
export class Etcd {
  /** Writes refused for their size. */
  refusals = 0;
  readonly #maxRequestBytes: number;
  readonly #bytesOf: StoredBytesOf;

  constructor(
    store: Store,
    maxRequestBytes: number,
    bytesOf: StoredBytesOf = (object) => serializedSizes(object).protobuf,
  ) {
    this.#maxRequestBytes = maxRequestBytes;
    this.#bytesOf = bytesOf;
    for (const kind of GROWING_KINDS) store.guard(kind, (object) => this.#check(object));
  }

  #check(object: KubeObject): void {
    const bytes = this.#bytesOf(object);
    if (bytes <= this.#maxRequestBytes) return;
    this.refusals++;
    const words =
      bytes > MAX_SEND_BYTES
        ? `trying to send message larger than max (${bytes} vs. ${MAX_SEND_BYTES})`
        : "etcdserver: request is too large";
    throw new StoreError(
      "request-too-large",
      `${object.kind} "${objectKey(object)}" is not stored: ${words}.`,
      { kind: object.kind, key: objectKey(object), bytes, limit: this.#maxRequestBytes },
      "Put fewer endpoints in one object: EndpointSlices hold at most 1,000.",
    );
  }
}
