import type { SimTime } from "@k8s-netsim/sim-core";
import { type Draft, enablePatches, Immer, type Patch } from "immer";
import { type KubeObject, type ObjectMeta, objectKey } from "../api/index.ts";
import { Cursor } from "./cursor.ts";
import { hashText } from "./hash.ts";
import { KindLog } from "./kind-log.ts";
import { safeEncode, uidOf } from "./names.ts";
import { StoreError } from "./store-error.ts";
import { timestampAt } from "./timestamp.ts";
import type { Version, WatchEventType } from "./version.ts";

enablePatches();

export interface StoreOptions {
  /** The simulated clock. */
  readonly now: () => SimTime;
  /** How much history is kept below the cursors (ns); 0, the default, keeps none. */
  readonly historyWindowNs?: number;
  /** Freezes every object that is stored: for tests. */
  readonly autoFreeze?: boolean;
}

/** What the API server decides about an object as it is created: default fields, addresses, … */
export type Admission = (object: KubeObject) => KubeObject;

/** Looks at an object that is about to be stored; refuses it by throwing a {@link StoreError}. */
export type Guard = (object: KubeObject) => void;

/**
 * The cluster's only truth: an append-only log of immutable object versions, what etcd and the API
 * server are to a real cluster.
 *
 * Every write gets the next global revision and stands in the sub-log of its kind. Consumers hold
 * cursors. Writes that nobody watches are counted, not stored (`countWrites`).
 */
export class Store {
  readonly #now: () => SimTime;
  readonly #historyWindowNs: number;
  readonly #immer: Immer;
  readonly #logs = new Map<string, KindLog>();
  readonly #listeners = new Map<string, (() => void)[]>();
  readonly #admissions = new Map<string, Admission>();
  readonly #guards = new Map<string, Guard>();
  readonly #nameCounts = new Map<string, number>();
  #revision = 0;
  #sinceLastPrune = 0;

  constructor({ now, historyWindowNs = 0, autoFreeze = false }: StoreOptions) {
    this.#now = now;
    this.#historyWindowNs = historyWindowNs;
    this.#immer = new Immer({ autoFreeze });
  }

  /** The revision of the newest write. */
  get revision(): number {
    return this.#revision;
  }

  /** The sub-log of a kind; empty where nothing of the kind was ever written. */
  log<T extends KubeObject = KubeObject>(kind: string): KindLog<T> {
    let log = this.#logs.get(kind);
    if (log === undefined) {
      log = new KindLog(kind);
      this.#logs.set(kind, log);
    }
    return log as unknown as KindLog<T>;
  }

  get<T extends KubeObject = KubeObject>(kind: string, key: string): T | undefined {
    return this.#logs.get(kind)?.current.get(key)?.object as T | undefined;
  }

  /** The objects of a kind, in the order of their creation. */
  list<T extends KubeObject = KubeObject>(kind: string): T[] {
    const objects: T[] = [];
    for (const version of this.log<T>(kind).current.values()) objects.push(version.object);
    return objects;
  }

  /** Opens a watch from the present on (or from a position). Close it when it is not needed. */
  watch<T extends KubeObject>(kind: string, name: string, position?: number): Cursor<T> {
    const log = this.log<T>(kind);
    return new Cursor(name, log, position ?? log.end);
  }

  /** Calls `listener` after each write of a kind; it must only take note, not write. */
  onWrite(kind: string, listener: () => void): void {
    const listeners = this.#listeners.get(kind);
    if (listeners === undefined) this.#listeners.set(kind, [listener]);
    else listeners.push(listener);
  }

  /** Sets what is decided about objects of a kind as they are created. */
  admit(kind: string, admission: Admission): void {
    this.#admissions.set(kind, admission);
  }

  /** Sets what is looked at before a created or changed object of a kind is stored. */
  guard(kind: string, guard: Guard): void {
    this.#guards.set(kind, guard);
  }

  /** Creates an object; `generateName` without a name gets a suffix that is fixed by its count. */
  create<T extends KubeObject>(object: T): Version<T> {
    const named = this.#named(object);
    const key = objectKey(named);
    if (this.log(object.kind).current.has(key)) {
      throw new StoreError(
        "already-exists",
        `${object.kind} "${key}" already exists.`,
        { kind: object.kind, key },
        "Update it, or choose another name.",
      );
    }
    return this.#append("ADDED", key, this.#stamped(this.admitted(named)), []);
  }

  /** The object with what the API server decides about it. */
  admitted<T extends KubeObject>(object: T): T {
    const admission = this.#admissions.get(object.kind);
    return admission === undefined ? object : (admission(object) as T);
  }

  /** Edits an object in place; an edit that changes nothing is no write. */
  update<T extends KubeObject>(
    kind: string,
    key: string,
    recipe: (draft: Draft<T>) => void,
  ): Version<T> {
    const current = this.#existing<T>(kind, key);
    let patches: Patch[] = [];
    const edited = this.#immer.produce(
      current.object,
      (draft) => {
        recipe(draft);
      },
      (made) => {
        patches = made;
      },
    );
    if (patches.length === 0) return current;
    return this.#append("MODIFIED", key, edited, patches);
  }

  /** Writes the new state of an existing object as a whole. */
  replace<T extends KubeObject>(object: T): Version<T> {
    const key = objectKey(object);
    const current = this.#existing<T>(object.kind, key);
    const metadata: ObjectMeta = {
      ...object.metadata,
      ...pick(current.object.metadata, "uid"),
      ...pick(current.object.metadata, "creationTimestamp"),
    };
    return this.#append("MODIFIED", key, { ...object, metadata }, []);
  }

  /** Removes an object at once. Graceful deletion is an update that its kubelet completes. */
  delete<T extends KubeObject>(kind: string, key: string): Version<T> {
    const current = this.#existing<T>(kind, key);
    return this.#append("DELETED", key, current.object, []);
  }

  /** Advances the revision by writes that nobody watches, such as lease renewals. */
  countWrites(count: number): void {
    this.#revision += count;
  }

  /** Forgets what lies below every cursor and outside the kept window. */
  prune(): void {
    const keepFromNs =
      this.#historyWindowNs === 0 ? Number.POSITIVE_INFINITY : this.#now() - this.#historyWindowNs;
    for (const log of this.#logs.values()) log.prune(keepFromNs);
    this.#sinceLastPrune = 0;
  }

  /** Writes since history was last pruned. */
  get writesSincePrune(): number {
    return this.#sinceLastPrune;
  }

  #existing<T extends KubeObject>(kind: string, key: string): Version<T> {
    const version = this.log<T>(kind).current.get(key);
    if (version !== undefined) return version;
    throw new StoreError(
      "not-found",
      `${kind} "${key}" does not exist.`,
      { kind, key },
      "Create it first, or correct the name.",
    );
  }

  #named<T extends KubeObject>(object: T): T {
    const { name, generateName, namespace } = object.metadata;
    if ((name ?? "") !== "" || generateName === undefined) return object;
    const prefix = `${object.kind}/${namespace ?? ""}/${generateName}`;
    for (;;) {
      const count = this.#nameCounts.get(prefix) ?? 0;
      this.#nameCounts.set(prefix, count + 1);
      const candidate = `${generateName}${safeEncode(hashText(`${prefix}#${count}`), 5)}`;
      const named = { ...object, metadata: { ...object.metadata, name: candidate } };
      if (!this.log(object.kind).current.has(objectKey(named))) return named;
    }
  }

  #stamped<T extends KubeObject>(object: T): T {
    const { uid, creationTimestamp } = object.metadata;
    const source = `${object.kind}/${objectKey(object)}`;
    const count = this.#nameCounts.get(source) ?? 0;
    this.#nameCounts.set(source, count + 1);
    const metadata = {
      ...object.metadata,
      uid: uid ?? uidOf(`${source}#${count}`),
      creationTimestamp: creationTimestamp ?? timestampAt(this.#now()),
    };
    return { ...object, metadata };
  }

  #append<T extends KubeObject>(
    type: WatchEventType,
    key: string,
    object: T,
    patches: readonly Patch[],
  ): Version<T> {
    const log = this.log<T>(object.kind);
    const metadata = { ...object.metadata, resourceVersion: String(this.#revision + 1) };
    if (type !== "DELETED") this.#guards.get(object.kind)?.({ ...object, metadata });
    const revision = ++this.#revision;
    this.#sinceLastPrune++;
    const version: Version<T> = {
      revision,
      position: log.end,
      atNs: this.#now(),
      type,
      key,
      object: { ...object, metadata },
      patches,
    };
    log.append(version);
    for (const listener of this.#listeners.get(object.kind) ?? []) listener();
    return version;
  }
}

function pick(metadata: ObjectMeta, field: "uid" | "creationTimestamp"): Partial<ObjectMeta> {
  const value = metadata[field];
  return value === undefined ? {} : { [field]: value };
}
