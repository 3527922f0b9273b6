import type { Store, Version } from "../../store/index.ts";
import { type Change, type ChangeResult, executeChange } from "./change.ts";
import { type BackoffOptions, BackoffRateLimiter } from "./rate-limiter.ts";
import type { RunnerTimes } from "./runner-times.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { Work } from "./work.ts";
import { WorkQueue } from "./work-queue.ts";

/** What a controller wants done about one key. */
export interface Plan {
  readonly changes: readonly Change[];
  /**
   * Sizes of the groups of leading changes that are requested at the same time, a group when the one
   * before has been answered; the rest is requested one by one.
   */
  readonly batches?: readonly number[];
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
  /** Failures in a row after which a key is dropped until something else queues it; none if absent. */
  readonly maxRetries?: number;
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
  readonly times: RunnerTimes;
  /** The limit of the controller's client: all its requests share it. */
  readonly qps: number;
  readonly burst: number;
  /** Of a failing key. */
  readonly backoff: BackoffOptions;
  /** Keys that are worked on at the same time; the controller's own number if absent. */
  readonly workers?: number;
  readonly staleCacheWaitNs: number;
}

/** Finished syncs by how they ended. */
export interface SyncCounts {
  readonly success: number;
  /** Found an own write missing in the cache. */
  readonly stale: number;
  readonly error: number;
}

/**
 * The runner around every controller: workers take keys from its {@link WorkQueue}, writes are paced
 * by the client's limit, failures back off.
 */
export class ControllerRunner<Observed> {
  readonly #controller: Controller<Observed>;
  readonly #options: RunnerOptions;
  readonly #work: Work;
  readonly #store: Store;
  readonly #bucket: TokenBucket;
  readonly #queue: WorkQueue;
  readonly #ownWrites = new Map<string, Map<string, number>>();
  readonly #workers: number;
  readonly #counts = { success: 0, stale: 0, error: 0 };
  /** Every key that was ever queued: what a new leader finds when it lists. */
  readonly #known = new Set<string>();
  readonly #inWork = new Set<string>();
  #paused = false;
  /** Steps of syncs that began in an earlier term come to nothing. */
  #term = 0;

  constructor(controller: Controller<Observed>, work: Work, store: Store, options: RunnerOptions) {
    this.#controller = controller;
    this.#options = options;
    this.#workers = options.workers ?? controller.workers;
    this.#work = work;
    this.#store = store;
    this.#bucket = new TokenBucket(options.qps, options.burst);
    const limiter = new BackoffRateLimiter(options.backoff);
    this.#queue = new WorkQueue(work, limiter, () => this.#dispatch());
  }

  get syncs(): SyncCounts {
    return this.#counts;
  }

  add(key: string): void {
    this.#known.add(key);
    this.#queue.add(key);
  }

  /** A key waits once: a later date than the one it waits for already adds nothing. */
  addAfter(key: string, delayNs: number): void {
    this.#known.add(key);
    this.#queue.addAfter(key, delayNs);
  }

  /** The leader is gone: what it was doing is lost, and nobody takes a key. */
  pause(): void {
    this.#paused = true;
    this.#term++;
    for (const key of this.#inWork) {
      this.#queue.add(key);
      this.#queue.done(key);
    }
    this.#inWork.clear();
  }

  /** A new leader has listed: it looks at every key once, in its caches' order. */
  resume(): void {
    this.#paused = false;
    this.#ownWrites.clear();
    for (const key of [...this.#known].sort()) this.#queue.add(key);
    this.#dispatch();
  }

  #dispatch(): void {
    while (!this.#paused && this.#queue.length > 0 && this.#queue.inWork < this.#workers) {
      const key = this.#queue.get() as string;
      this.#inWork.add(key);
      this.#work.after(
        this.#options.times.lookNs(key),
        this.#inTerm(() => this.#sync(key)),
      );
    }
  }

  #sync(key: string): void {
    if (this.#cacheIsStale(key)) {
      this.#counts.stale++;
      if (this.#controller.onStaleCache === "retry") this.#retry(key);
      else this.addAfter(key, this.#options.staleCacheWaitNs);
      this.#done(key);
      return;
    }
    const observed = this.#controller.observe(key);
    const plan = observed === undefined ? { changes: [] } : this.#controller.plan(observed);
    this.#later(this.#options.times.planNs(key), () => this.#write(key, plan, 0));
  }

  /** Writes the plan's changes, a group after the other; a refusal ends the sync after its group. */
  #write(key: string, plan: Plan, index: number, batch = 0): void {
    const { length } = plan.changes;
    if (index >= length) {
      this.#finish(key, plan, false);
      return;
    }
    const end = Math.min(length, index + (plan.batches?.[batch] ?? 1));
    let waiting = end - index;
    let refused = false;
    const answered = (isDone: boolean): void => {
      waiting--;
      refused ||= !isDone;
      if (waiting > 0) return;
      if (refused) this.#finish(key, plan, true);
      else this.#write(key, plan, end, batch + 1);
    };
    for (const change of plan.changes.slice(index, end)) this.#request(key, change, answered);
  }

  #request(key: string, change: Change, answered: (isDone: boolean) => void): void {
    const { times } = this.#options;
    const fromNs = this.#bucket.take(this.#work.now);
    const write = (): void => {
      const result = executeChange(this.#store, this.#work.now, change);
      this.#later(times.answerNs(change), () => answered(this.#isDone(key, change, result)));
    };
    this.#work.at(fromNs + times.writeNs(change), this.#inTerm(write));
  }

  /** Whether the request had its effect; what is not there any more need not be deleted. */
  #isDone(key: string, { verb }: Change, result: ChangeResult): boolean {
    if ("refused" in result) return verb === "delete" && result.refused === "not-found";
    if (result.version !== undefined) {
      this.#remember(key, result.version);
      this.#controller.written?.(result.version);
    }
    return true;
  }

  #finish(key: string, plan: Plan, refused: boolean): void {
    if (refused || plan.failed === true) {
      this.#counts.error++;
      this.#retry(key);
    } else {
      this.#counts.success++;
      this.#queue.forget(key);
      if (plan.againAfterNs !== undefined) this.addAfter(key, plan.againAfterNs);
    }
    this.#done(key);
  }

  #done(key: string): void {
    this.#inWork.delete(key);
    this.#queue.done(key);
  }

  /** The action, unless the leader has changed by then. */
  #inTerm(action: () => void): () => void {
    const term = this.#term;
    return () => {
      if (term === this.#term) action();
    };
  }

  #retry(key: string): void {
    const { maxRetries = Number.POSITIVE_INFINITY } = this.#controller;
    if (this.#queue.numRequeues(key) < maxRetries) this.#queue.addRateLimited(key);
    else this.#queue.forget(key);
  }

  /** No event of its own for what takes no time. */
  #later(delayNs: number, action: () => void): void {
    if (delayNs <= 0) action();
    else this.#work.after(delayNs, this.#inTerm(action));
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
