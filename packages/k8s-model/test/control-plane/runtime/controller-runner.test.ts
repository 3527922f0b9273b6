import type { KubeObject } from "@k8s-netsim/k8s-model/api";
import {
  type Controller,
  ControllerRunner,
  DEFAULT_BACKOFF,
  Informer,
  type Plan,
  Work,
} from "@k8s-netsim/k8s-model/control-plane";
import { Store } from "@k8s-netsim/k8s-model/store";
import { Simulation } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";

const MS = 1_000_000;
const S = 1_000 * MS;

interface World {
  readonly sim: Simulation;
  readonly store: Store;
  readonly work: Work;
}

function world(): World {
  const sim = new Simulation({ seed: "runner" });
  return { sim, store: new Store({ now: () => sim.now }), work: new Work(sim) };
}

function object(name: string): KubeObject {
  return { apiVersion: "v1", kind: "Thing", metadata: { name } };
}

const OPTIONS = {
  times: {
    lookNs: () => 1 * MS,
    planNs: () => 0,
    writeNs: () => 2 * MS,
    answerNs: () => 0,
  },
  qps: 20,
  burst: 3,
  backoff: DEFAULT_BACKOFF,
  staleCacheWaitNs: 1,
};

/** A controller that plans whatever it is told to. */
function controller(plan: () => Plan, position: () => number = () => 0): Controller<object> {
  return {
    name: "thing",
    workers: 1,
    maxRetries: 15,
    onStaleCache: "retry",
    observe: () => ({}),
    plan,
    positions: () => new Map([["Thing", position()]]),
  };
}

describe("a controller's runner", () => {
  it("drops a key after 15 failures in a row, until something queues it anew", () => {
    const { sim, store, work } = world();
    const failing = controller(() => ({ changes: [], failed: true }));
    const runner = new ControllerRunner(failing, work, store, OPTIONS);
    runner.add("a");
    sim.runUntil(10_000 * S);
    expect(runner.syncs).toEqual({ success: 0, stale: 0, error: 16 });
    runner.add("a");
    sim.runUntil(20_000 * S);
    expect(runner.syncs.error).toBe(32);
  });

  it("writes no faster than its client may", () => {
    const { sim, store, work } = world();
    const changes = Array.from({ length: 23 }, (_, index) => ({
      verb: "create" as const,
      object: object(`thing-${index}`),
    }));
    const informer = new Informer(work, store, "Thing", 0, "test");
    const at: number[] = [];
    informer.onEvent(() => at.push(sim.now));
    const writing = controller(() => ({ changes }));
    new ControllerRunner(writing, work, store, OPTIONS).add("a");
    sim.runUntil(10 * S);
    expect(at).toHaveLength(23);
    // Three at once, then one every 50 ms, the first of them counted from the first.
    expect(at.slice(0, 3)).toEqual([3 * MS, 5 * MS, 7 * MS]);
    expect((at.at(-1) ?? 0) / S).toBeCloseTo(0.001 + 20 * 0.05 + 0.002, 2);
  });

  it("fails a sync that runs before its own write has come back, and retries it", () => {
    const { sim, store, work } = world();
    const informer = new Informer(work, store, "Thing", 50 * MS, "test");
    let left = 1;
    const writing = controller(
      () => ({ changes: left-- > 0 ? [{ verb: "create", object: object("one") }] : [] }),
      () => informer.position,
    );
    const runner = new ControllerRunner(writing, work, store, OPTIONS);
    runner.add("a");
    sim.runUntil(10 * MS);
    runner.add("a");
    sim.runUntil(10 * S);
    expect(runner.syncs).toMatchObject({ success: 2, error: 0 });
    expect(runner.syncs.stale).toBeGreaterThan(0);
  });
});
