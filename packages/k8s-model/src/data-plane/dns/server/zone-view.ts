import { type EndpointSlice, objectKey, type Service } from "../../../api/index.ts";
import {
  type Cursor,
  hashEnd,
  hashStart,
  hashText,
  type Store,
  type Version,
  type WatcherClass,
} from "../../../store/index.ts";

const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** A Service as one DNS server knows it. */
export interface KnownService {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
}

/**
 * What one CoreDNS replica has heard of the cluster: all there is when it starts, then a cursor each
 * into the Services and the EndpointSlices, some time behind the store. The two streams are not
 * ordered among each other.
 */
export class ZoneView {
  readonly #services: Stream<Service>;
  readonly #slices: Stream<EndpointSlice>;
  readonly #known = new Map<string, Service>();
  readonly #slicesOf = new Map<string, Map<string, EndpointSlice>>();

  /** @param replica tells the jitters of replicas apart. */
  constructor(store: Store, watchers: WatcherClass, replica: string) {
    this.#services = new Stream(store.watch("Service", replica), watchers, replica);
    this.#slices = new Stream(store.watch("EndpointSlice", replica), watchers, replica);
    for (const [key, { object }] of store.log<Service>("Service").current) {
      this.#known.set(key, object);
    }
    for (const version of store.log<EndpointSlice>("EndpointSlice").current.values()) {
      this.#apply(version);
    }
  }

  /** The Service by `namespace/name`, as known at a time; times must not go back. */
  service(key: string, nowNs: number): KnownService | undefined {
    this.#advance(nowNs);
    const service = this.#known.get(key);
    return service && { service, slices: [...(this.#slicesOf.get(key)?.values() ?? [])] };
  }

  close(): void {
    this.#services.cursor.close();
    this.#slices.cursor.close();
  }

  #advance(nowNs: number): void {
    for (let one = this.#services.next(nowNs); one; one = this.#services.next(nowNs)) {
      if (one.type === "DELETED") this.#known.delete(one.key);
      else this.#known.set(one.key, one.object);
    }
    for (let one = this.#slices.next(nowNs); one; one = this.#slices.next(nowNs)) {
      this.#apply(one);
    }
  }

  #apply({ type, object }: Version<EndpointSlice>): void {
    const { namespace, labels } = object.metadata;
    const owner = labels?.[SERVICE_NAME_LABEL];
    if (owner === undefined) return;
    const key = namespace === undefined ? owner : `${namespace}/${owner}`;
    let slices = this.#slicesOf.get(key);
    if (slices === undefined) {
      slices = new Map();
      this.#slicesOf.set(key, slices);
    }
    if (type === "DELETED") slices.delete(objectKey(object));
    else slices.set(objectKey(object), object);
  }
}

/** A watch whose versions arrive late, never overtaking each other. */
class Stream<T extends Service | EndpointSlice> {
  readonly cursor: Cursor<T>;
  readonly #watchers: WatcherClass;
  readonly #jitter: number;
  #arrivedNs = 0;

  constructor(cursor: Cursor<T>, watchers: WatcherClass, replica: string) {
    this.cursor = cursor;
    this.#watchers = watchers;
    this.#jitter = hashStart(hashText(watchers.name), hashText(replica), 0);
  }

  next(nowNs: number): Version<T> | undefined {
    const version = this.cursor.peek();
    if (version === undefined) return undefined;
    const { latencyNs, jitterNs } = this.#watchers;
    const late = latencyNs + Math.floor(jitterNs * hashEnd(this.#jitter, version.position));
    const arrivesNs = Math.max(this.#arrivedNs, version.atNs + late);
    if (arrivesNs > nowNs) return undefined;
    this.#arrivedNs = arrivesNs;
    return this.cursor.next();
  }
}
