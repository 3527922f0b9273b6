import type { Store, Version } from "../../store/index.ts";
import { type Change, executeChange } from "./change.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { Work } from "./work.ts";

/** What a controller wants done about one key. */
export interface Plan {
  readonly changes: readonly Change[];
  /** Look again after this time even if nothing happens. */
  readonly againAfterNs?: number;
  /** The sync failed in part: it is repeated with back-off. */
  readonly failed?: boolean;
}

/** A controller: a pure rule between what it sees and what it wants. */
export interface Controller<Observed> {
  readonly name: string;
  /** Keys that are worked on at the same time. */
  readonly workers: number;
  /** What the caches hold about a key; `undefined` where there is nothing to do. */
  observe(key: string): Observed | undefined;
  /** Pure: the same observation gives the same plan. */
  plan(observed: Observed): Plan;
  /** How far the caches are behind writes: positions by kind. */
  positions(): ReadonlyMap<string, number>;
  /** Told of each write made for it. */
  written?(version: Version): void;
  /**
   * What a sync does that finds its own writes missing in its cache: `wait` for them, or fail and
   * be retried with back-off.
   */
  readonly onStaleCache: "wait" | "retry";
}

export interface RunnerOptions {
  readonly syncNs: number;
  readonly apiWriteNs: number;
  readonly qps: number;
  readonly burst: number;
  /** Bounds of the back-off of a failing key. */
  readonly backoff: { readonly baseNs: number; readonly maxNs: number };
  readonly staleCacheWaitNs: number;
}

/**
 * The one work queue around every controller: a key is worked on once at a time, changes arriving
 * meanwhile make it dirty, failures back off, writes are paced by the client's limit.
 */
export class ControllerRunner<Observed> {
  readonly #controller: Controller<Observed>;
  readonly #options: RunnerOptions;
  readonly #work: Work;
  readonly #store: Store;
  readonly #bucket: TokenBucket;
  readonly #queue = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #dirty = new Set<string>();
  /** When a key that waits is added. */
  readonly #waiting = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #ownWrites = new Map<string, Map<string, number>>();
  /** Finished syncs, failed ones included. */
  syncs = 0;

  constructor(controller: Controller<Observed>, work: Work, store: Store, options: RunnerOptions) {
    this.#controller = controller;
    this.#options = options;
    this.#work = work;
    this.#store = store;
    this.#bucket = new TokenBucket(options.qps, options.burst);
  }

  add(key: string): void {
    if (this.#processing.has(key)) this.#dirty.add(key);
    else this.#queue.add(key);
    this.#dispatch();
  }

  /** A key waits once: a later date than the one it waits for already adds nothing. */
  addAfter(key: string, delayNs: number): void {
    if (delayNs <= 0) {
      this.add(key);
      return;
    }
    const dueNs = this.#work.now + delayNs;
    if ((this.#waiting.get(key) ?? Number.POSITIVE_INFINITY) <= dueNs) return;
    this.#waiting.set(key, dueNs);
    this.#work.after(delayNs, () => {
      if (this.#waiting.get(key) !== dueNs) return;
      this.#waiting.delete(key);
      this.add(key);
    });
  }

  #addWithBackoff(key: string): void {
    const { baseNs, maxNs } = this.#options.backoff;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    let delayNs = baseNs;
    for (let count = 0; count < failures && delayNs < maxNs; count++) delayNs *= 2;
    this.addAfter(key, Math.min(delayNs, maxNs));
  }

  #dispatch(): void {
    for (const key of this.#queue) {
      if (this.#processing.size >= this.#controller.workers) return;
      this.#queue.delete(key);
      this.#processing.add(key);
      this.#work.after(this.#options.syncNs, () => this.#sync(key));
    }
  }

  #sync(key: string): void {
    if (this.#cacheIsStale(key)) {
      this.#done(key);
      if (this.#controller.onStaleCache === "retry") this.#addWithBackoff(key);
      else this.addAfter(key, this.#options.staleCacheWaitNs);
      return;
    }
    const observed = this.#controller.observe(key);
    const plan = observed === undefined ? { changes: [] } : this.#controller.plan(observed);
    this.#write(key, plan, 0);
  }

  /** Writes the plan's changes one after another; the first refusal ends the sync. */
  #write(key: string, plan: Plan, index: number): void {
    const change = plan.changes[index];
    if (change === undefined) {
      this.#finish(key, plan, false);
      return;
    }
    const fromNs = this.#bucket.take(this.#work.now);
    this.#work.at(fromNs + this.#options.apiWriteNs, () => {
      const result = executeChange(this.#store, this.#work.now, change);
      if ("refused" in result && !(change.verb === "delete" && result.refused === "not-found")) {
        this.#finish(key, plan, true);
        return;
      }
      if ("version" in result && result.version !== undefined) {
        this.#remember(key, result.version);
        this.#controller.written?.(result.version);
      }
      this.#write(key, plan, index + 1);
    });
  }

  #finish(key: string, plan: Plan, refused: boolean): void {
    this.syncs++;
    this.#done(key);
    if (refused || plan.failed === true) this.#addWithBackoff(key);
    else {
      this.#failures.delete(key);
      if (plan.againAfterNs !== undefined) this.addAfter(key, plan.againAfterNs);
    }
  }

  #done(key: string): void {
    this.#processing.delete(key);
    if (this.#dirty.delete(key)) this.#queue.add(key);
    this.#dispatch();
  }

  #remember(
    key: string,
    { object, position }: { object: { kind: string }; position: number },
  ): void {
    const positions = this.#ownWrites.get(key) ?? new Map<string, number>();
    positions.set(object.kind, position + 1);
    this.#ownWrites.set(key, positions);
  }

  #cacheIsStale(key: string): boolean {
    const written = this.#ownWrites.get(key);
    if (written === undefined) return false;
    const seen = this.#controller.positions();
    for (const [kind, position] of written)
      if ((seen.get(kind) ?? position) < position) return true;
    this.#ownWrites.delete(key);
    return false;
  }
}
