import {
  BackoffRateLimiter,
  DEFAULT_BACKOFF,
  ENDPOINT_SLICE_BACKOFF,
  Work,
  WorkQueue,
} from "@k8s-netsim/k8s-model/control-plane";
import { Simulation } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const MS = 1_000_000;
const S = 1_000 * MS;

interface Driven {
  readonly sim: Simulation;
  readonly queue: WorkQueue;
  /** Keys as they are taken, with the time. */
  readonly taken: { key: string; atNs: number; doneNs: number }[];
}

/** A queue whose workers hold each key for a while. */
function driven(workers: number, processingNs: number): Driven {
  const sim = new Simulation({ seed: "queue" });
  const work = new Work(sim);
  const taken: Driven["taken"] = [];
  const queue: WorkQueue = new WorkQueue(work, new BackoffRateLimiter(DEFAULT_BACKOFF), () => {
    while (queue.length > 0 && queue.inWork < workers) {
      const key = queue.get() as string;
      taken.push({ key, atNs: sim.now, doneNs: sim.now + processingNs });
      work.after(processingNs, () => queue.done(key));
    }
  });
  return { sim, queue, taken };
}

function drain(sim: Simulation): void {
  while (sim.nextTime !== undefined) sim.step();
}

const operation = fc.record({
  gapMs: fc.nat(400),
  verb: fc.constantFrom("add", "addAfter", "addRateLimited", "forget"),
  key: fc.constantFrom("a", "b", "c"),
  delayMs: fc.nat(500),
});

describe("a work queue", () => {
  it("never hands out a key that is still being worked on, and none that was added is lost", () => {
    fc.assert(
      fc.property(
        fc.array(operation, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 900 }),
        (operations, workers, processingMs) => {
          const { sim, queue, taken } = driven(workers, processingMs * MS);
          const lastAdded = new Map<string, number>();
          for (const { gapMs, verb, key, delayMs } of operations) {
            sim.runUntil(sim.now + gapMs * MS);
            if (verb === "add") queue.add(key);
            if (verb === "addAfter") queue.addAfter(key, delayMs * MS);
            if (verb === "addRateLimited") queue.addRateLimited(key);
            if (verb === "forget") queue.forget(key);
            else lastAdded.set(key, sim.now);
          }
          drain(sim);
          for (const key of ["a", "b", "c"]) {
            const times = taken.filter((one) => one.key === key);
            for (const [index, { atNs }] of times.entries()) {
              const before = times[index - 1];
              if (before !== undefined) expect(atNs).toBeGreaterThanOrEqual(before.doneNs);
            }
            const added = lastAdded.get(key);
            if (added !== undefined) expect(times.at(-1)?.atNs).toBeGreaterThanOrEqual(added);
          }
          for (const { atNs } of taken) {
            const inWork = taken.filter((one) => one.atNs <= atNs && atNs < one.doneNs).length;
            expect(inWork).toBeLessThanOrEqual(workers);
          }
        },
      ),
    );
  });

  it("lets a key wait once, for the earliest of its times", () => {
    const { sim, queue, taken } = driven(1, 0);
    queue.addAfter("a", 5 * S);
    queue.addAfter("a", 2 * S);
    queue.addAfter("a", 7 * S);
    drain(sim);
    expect(taken.map(({ key, atNs }) => [key, atNs])).toEqual([["a", 2 * S]]);
  });

  it("queues a key that came again while it was worked on when that work ends, once", () => {
    const { sim, queue, taken } = driven(1, 3 * S);
    queue.add("a");
    sim.runUntil(1 * S);
    queue.add("a");
    queue.add("a");
    drain(sim);
    expect(taken.map(({ atNs }) => atNs)).toEqual([0, 3 * S]);
  });
});

describe("the back-off of failing keys", () => {
  it("never shrinks while a key fails in a row, and starts again after it was forgotten", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30_000), { minLength: 2, maxLength: 40 }), (gapsMs) => {
        const limiter = new BackoffRateLimiter(ENDPOINT_SLICE_BACKOFF);
        let nowNs = 0;
        let before = 0;
        for (const gapMs of gapsMs) {
          nowNs += gapMs * MS;
          const delayNs = limiter.when("a", nowNs);
          expect(delayNs).toBeGreaterThanOrEqual(before);
          expect(delayNs).toBeLessThanOrEqual(1000 * S);
          before = delayNs;
        }
        limiter.forget("a");
        expect(limiter.numRequeues("a")).toBe(0);
        expect(limiter.when("a", nowNs + 100 * S)).toBe(1 * S);
      }),
    );
  });

  it("takes from one bucket for all keys: the 121st failure at once waits two seconds and more", () => {
    const limiter = new BackoffRateLimiter(DEFAULT_BACKOFF);
    const delays = Array.from({ length: 121 }, (_, index) => limiter.when(`key ${index}`, 0));
    expect(delays.slice(0, 100).every((delayNs) => delayNs === 5 * MS)).toBe(true);
    expect(delays.at(-1)).toBe(2.1 * S);
  });
});
