import {
  type EndpointSlice,
  frameBytes,
  type KubeObject,
  objectKey,
  serializedSizes,
  withManagedFields,
} from "@k8s-netsim/k8s-model/api";
import type { Cursor, Store, Version } from "@k8s-netsim/k8s-model/store";

export interface Seen {
  readonly atNs: number;
  readonly type: Version["type"];
  readonly key: string;
  /** Addresses in the object, and how many of them are ready. */
  readonly addresses: number;
  readonly ready: number;
}

/** What watchers of one kind received, with protobuf and with JSON. */
export interface Received {
  readonly events: readonly Seen[];
  readonly protobufBytes: number;
  readonly jsonBytes: number;
}

const TIME_OF_WRITE = "2026-11-22T14:08:45Z";

/**
 * A protobuf and a JSON watcher of one kind from one namespace: every version in order, the bytes of
 * its frames as the API server would send them, managed fields and generation included.
 */
export class Watchers {
  readonly #cursor: Cursor;
  readonly #generations = new Map<string, number>();
  #events: Seen[] = [];
  #protobufBytes = 0;
  #jsonBytes = 0;

  constructor(store: Store, kind: "EndpointSlice" | "Endpoints") {
    this.#cursor = store.watch(kind, `watchers of ${kind}`);
    store.onWrite(kind, () => this.#receive());
  }

  /** What came since the last call. */
  take(): Received {
    const received = {
      events: this.#events,
      protobufBytes: this.#protobufBytes,
      jsonBytes: this.#jsonBytes,
    };
    this.#events = [];
    this.#protobufBytes = 0;
    this.#jsonBytes = 0;
    return received;
  }

  #receive(): void {
    for (;;) {
      const version = this.#cursor.next();
      if (version === undefined) return;
      const { type, key, object, atNs } = version;
      const sizes = serializedSizes(withManagedFields(this.#withGeneration(object), TIME_OF_WRITE));
      this.#protobufBytes += frameBytes(sizes, type, "protobuf");
      this.#jsonBytes += frameBytes(sizes, type, "json");
      this.#events.push({ atNs, type, key, ...addressesOf(object) });
    }
  }

  /** A slice's generation counts its contents; Endpoints have none. */
  #withGeneration(object: KubeObject): KubeObject {
    if (object.kind !== "EndpointSlice") return object;
    const key = objectKey(object);
    const generation = (this.#generations.get(key) ?? 0) + 1;
    this.#generations.set(key, generation);
    return { ...object, metadata: { ...object.metadata, generation } };
  }
}

function addressesOf(object: KubeObject): { addresses: number; ready: number } {
  if (object.kind === "EndpointSlice") {
    const endpoints = (object as EndpointSlice).endpoints ?? [];
    let ready = 0;
    for (const { conditions } of endpoints) if (conditions?.ready === true) ready++;
    return { addresses: endpoints.length, ready };
  }
  const subsets = (object.subsets ?? []) as readonly {
    readonly addresses?: readonly unknown[];
    readonly notReadyAddresses?: readonly unknown[];
  }[];
  let ready = 0;
  let notReady = 0;
  for (const { addresses = [], notReadyAddresses = [] } of subsets) {
    ready += addresses.length;
    notReady += notReadyAddresses.length;
  }
  return { addresses: ready + notReady, ready };
}
