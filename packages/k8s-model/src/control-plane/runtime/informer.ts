import type { KubeObject } from "../../api/index.ts";
import type { Cursor, Store, WatchEventType } from "../../store/index.ts";
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

/**
 * A watch with a cache: what client-go's shared informer is to controllers. Versions arrive
 * `latencyNs` after their write; one event of the queue delivers all that have arrived.
 */
export class Informer<T extends KubeObject = KubeObject> {
  readonly kind: string;
  readonly cache: ReadonlyMap<string, T>;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, { keysOf: KeysOf<T>; groups: Map<string, Map<string, T>> }>();
  readonly #handlers: ((event: InformerEvent<T>) => void)[] = [];
  readonly #work: Work;
  readonly #latencyNs: number;
  readonly #cursor: Cursor<T>;
  #waiting = false;

  constructor(work: Work, store: Store, kind: string, latencyNs: number, name: string) {
    this.kind = kind;
    this.cache = this.#objects;
    this.#work = work;
    this.#latencyNs = latencyNs;
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
    this.#work.at(Math.max(this.#work.now, next.atNs + this.#latencyNs), () => this.#deliver());
  }

  #deliver(): void {
    this.#waiting = false;
    const writtenBy = this.#work.now - this.#latencyNs;
    for (;;) {
      const version = this.#cursor.peek();
      if (version === undefined || version.atNs > writtenBy) break;
      this.#cursor.next();
      this.#apply(version.type, version.key, version.object);
    }
    this.#wake();
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
