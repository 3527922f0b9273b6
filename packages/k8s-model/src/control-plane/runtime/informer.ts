import type { KubeObject } from "../../api/index.ts";
import type { Cursor, Store, Version, WatchEventType } from "../../store/index.ts";
import type { Work } from "./work.ts";

/** A change as a controller is told of it. */
export interface InformerEvent<T extends KubeObject = KubeObject> {
  readonly type: WatchEventType;
  readonly key: string;
  readonly object: T;
  /** The state that the cache held before. */
  readonly old: T | undefined;
}

type KeysOf<T> = (object: T) => readonly string[];

/** How long a version takes from its write to a watcher (ns). Versions never overtake each other. */
export type WatchLatency = number | ((version: Version) => number);

/**
 * A watch with a cache: what client-go's shared informer is to controllers. Versions arrive a
 * latency after their write; one event of the queue delivers all that have arrived.
 */
export class Informer<T extends KubeObject = KubeObject> {
  readonly kind: string;
  readonly cache: ReadonlyMap<string, T>;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, { keysOf: KeysOf<T>; groups: Map<string, Map<string, T>> }>();
  readonly #handlers: ((event: InformerEvent<T>) => void)[] = [];
  readonly #work: Work;
  readonly #latency: WatchLatency;
  readonly #cursor: Cursor<T>;
  #waiting = false;
  /** When the next version arrives, once that is decided, and when the last one did. */
  #nextArrivalNs: number | undefined;
  #lastArrivalNs = 0;

  constructor(work: Work, store: Store, kind: string, latency: WatchLatency, name: string) {
    this.kind = kind;
    this.cache = this.#objects;
    this.#work = work;
    this.#latency = latency;
    this.#cursor = store.watch<T>(kind, name);
    store.onWrite(kind, () => this.#wake());
  }

  /** How far the cache has come in the sub-log of its kind. */
  get position(): number {
    return this.#cursor.position;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  onEvent(handler: (event: InformerEvent<T>) => void): void {
    this.#handlers.push(handler);
  }

  /** Keeps the objects grouped; call before the first event. */
  addIndex(name: string, keysOf: KeysOf<T>): void {
    this.#indexes.set(name, { keysOf, groups: new Map() });
  }

  /** The objects of one group of an index, in the order in which they came. */
  byIndex(name: string, group: string): readonly T[] {
    const objects = this.#indexes.get(name)?.groups.get(group);
    return objects === undefined ? [] : [...objects.values()];
  }

  #wake(): void {
    const next = this.#cursor.peek();
    if (this.#waiting || next === undefined) return;
    this.#waiting = true;
    this.#work.at(Math.max(this.#work.now, this.#arrivalNs(next)), () => this.#deliver());
  }

  #deliver(): void {
    this.#waiting = false;
    for (;;) {
      const version = this.#cursor.peek();
      if (version === undefined || this.#arrivalNs(version) > this.#work.now) break;
      this.#cursor.next();
      this.#lastArrivalNs = this.#nextArrivalNs ?? 0;
      this.#nextArrivalNs = undefined;
      this.#apply(version.type, version.key, version.object);
    }
    this.#wake();
  }

  #arrivalNs(next: Version<T>): number {
    if (this.#nextArrivalNs === undefined) {
      const latency = this.#latency;
      const latencyNs = typeof latency === "number" ? latency : Math.round(latency(next));
      this.#nextArrivalNs = Math.max(this.#lastArrivalNs, next.atNs + latencyNs);
    }
    return this.#nextArrivalNs;
  }

  #apply(type: WatchEventType, key: string, object: T): void {
    const old = this.#objects.get(key);
    if (type === "DELETED") this.#objects.delete(key);
    else this.#objects.set(key, object);
    for (const { keysOf, groups } of this.#indexes.values()) {
      const after = type === "DELETED" ? [] : keysOf(object);
      for (const group of old === undefined ? [] : keysOf(old)) {
        if (!after.includes(group)) leave(groups, group, key);
      }
      for (const group of after) join(groups, group, key, object);
    }
    const event = { type, key, object, old };
    for (const handler of this.#handlers) handler(event);
  }
}

function join<T>(groups: Map<string, Map<string, T>>, group: string, key: string, object: T): void {
  const members = groups.get(group);
  if (members === undefined) groups.set(group, new Map([[key, object]]));
  else members.set(key, object);
}

function leave<T>(groups: Map<string, Map<string, T>>, group: string, key: string): void {
  const members = groups.get(group);
  members?.delete(key);
  if (members?.size === 0) groups.delete(group);
}
