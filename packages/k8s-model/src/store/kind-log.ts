import type { KubeObject } from "../api/index.ts";
import { StoreError } from "./store-error.ts";
import type { Version } from "./version.ts";

/**
 * The sub-log of one kind: its versions in the order of their writes, and per object the chain of
 * its versions.
 *
 * A *position* p stands for the prefix of the first p versions. Versions below every cursor are
 * forgotten by `prune`, except the newest state of each object at the lowest cursor.
 */
export class KindLog<T extends KubeObject = KubeObject> {
  readonly kind: string;
  /** Objects as they are now, in the order of their creation. */
  readonly current: ReadonlyMap<string, Version<T>>;
  /** Watches: history at or above the lowest is kept. */
  readonly cursors: Set<{ readonly position: number }> = new Set();
  #versions: Version<T>[] = [];
  #base = 0;
  #live = new Map<string, Version<T>>();
  #chains = new Map<string, Version<T>[]>();

  constructor(kind: string) {
    this.kind = kind;
    this.current = this.#live;
  }

  /** The position after the newest version. */
  get end(): number {
    return this.#base + this.#versions.length;
  }

  /** The lowest position that can still be asked about. */
  get start(): number {
    return this.#base;
  }

  append(version: Version<T>): void {
    this.#versions.push(version);
    const chain = this.#chains.get(version.key);
    if (chain === undefined) this.#chains.set(version.key, [version]);
    else chain.push(version);
    if (version.type === "DELETED") this.#live.delete(version.key);
    else this.#live.set(version.key, version);
  }

  /** The version written at a position. */
  at(position: number): Version<T> {
    const version = this.#versions[position - this.#base];
    if (version === undefined) throw this.#outside(position);
    return version;
  }

  /** What a watcher at `position` knows of an object: its newest version below, if not deleted. */
  stateAt(key: string, position: number): Version<T> | undefined {
    const version = this.versionAt(key, position);
    return version?.type === "DELETED" ? undefined : version;
  }

  /** The newest version of an object below `position`, deletion included. */
  versionAt(key: string, position: number): Version<T> | undefined {
    if (position < this.#base || position > this.end) throw this.#outside(position);
    const chain = this.#chains.get(key) ?? [];
    for (let index = chain.length - 1; index >= 0; index--) {
      const version = chain[index] as Version<T>;
      if (version.position < position) return version;
    }
    return undefined;
  }

  /** The position that a watcher without delay would have had at a time (ns). */
  positionAt(timeNs: number): number {
    let low = 0;
    let high = this.#versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#versions[middle] as Version<T>).atNs <= timeNs) low = middle + 1;
      else high = middle;
    }
    if (low === 0 && this.#base > 0) throw this.#outside(this.#base - 1);
    return this.#base + low;
  }

  /** Forgets versions below every cursor that were also written before `keepFromNs`. */
  prune(keepFromNs: number): number {
    let limit = this.end;
    for (const cursor of this.cursors) limit = Math.min(limit, cursor.position);
    let count = 0;
    while (this.#base + count < limit) {
      if ((this.#versions[count] as Version<T>).atNs >= keepFromNs) break;
      count++;
    }
    if (count === 0) return 0;
    const dropped = this.#versions.splice(0, count);
    this.#base += count;
    for (const { key } of dropped) this.#forgetBelowBase(key);
    return count;
  }

  #forgetBelowBase(key: string): void {
    const chain = this.#chains.get(key);
    if (chain === undefined) return;
    let superseded = 0;
    while ((chain[superseded + 1]?.position ?? Number.POSITIVE_INFINITY) < this.#base) superseded++;
    chain.splice(0, superseded);
    const [only] = chain;
    if (chain.length === 1 && only?.type === "DELETED" && only.position < this.#base) {
      this.#chains.delete(key);
    }
  }

  #outside(position: number): StoreError {
    return new StoreError(
      position < this.#base ? "history-pruned" : "position-in-future",
      `The log of ${this.kind} holds positions ${this.#base} to ${this.end}, not ${position}.`,
      { kind: this.kind, position, start: this.#base, end: this.end },
      "Ask about a later time, or keep a longer history (historyWindowNs).",
    );
  }
}
